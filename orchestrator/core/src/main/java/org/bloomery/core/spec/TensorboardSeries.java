package org.bloomery.core.spec;

/** What TensorBoard files hold besides the loss, the learning rate and the gradient's norm. */
public enum TensorboardSeries implements SpecWord {
  /** How long each part of an iteration took. */
  TIMERS("timers"),
  /** The global batch. */
  BATCH_SIZE("batch-size"),
  /** The perplexity of each validation set. */
  VALIDATION_PERPLEXITY("validation-perplexity");

  private final String word;

  TensorboardSeries(String word) {
    this.word = word;
  }

  @Override
  public String word() {
    return word;
  }
}
