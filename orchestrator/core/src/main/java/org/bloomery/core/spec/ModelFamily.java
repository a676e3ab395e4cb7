package org.bloomery.core.spec;

/** The architecture, which decides how parameters are counted. */
public enum ModelFamily implements SpecWord {
  /** Decoder with ALiBi and a layer norm after the embedding. */
  BLOOM("bloom"),
  /** Decoder as Megatron-LM builds it by default. */
  GPT("gpt");

  private final String word;

  ModelFamily(String word) {
    this.word = word;
  }

  @Override
  public String word() {
    return word;
  }
}
