package org.bloomery.core.spec;

/** The curve from the peak to the minimum learning rate. */
public enum LearningRateDecay implements SpecWord {
  /** Half a cosine wave. */
  COSINE("cosine"),
  /** A straight line. */
  LINEAR("linear"),
  /** No decay: the peak until the end. */
  CONSTANT("constant");

  private final String word;

  LearningRateDecay(String word) {
    this.word = word;
  }

  @Override
  public String word() {
    return word;
  }
}
