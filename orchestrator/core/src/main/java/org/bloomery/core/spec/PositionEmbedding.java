package org.bloomery.core.spec;

/** How the model knows where in the sequence a token stands. */
public enum PositionEmbedding implements SpecWord {
  /** A bias on attention scores; has no parameters. */
  ALIBI("alibi"),
  /** A table with one row per position. */
  LEARNED("learned"),
  /** A rotation of queries and keys; has no parameters. */
  ROTARY("rotary");

  private final String word;

  PositionEmbedding(String word) {
    this.word = word;
  }

  @Override
  public String word() {
    return word;
  }
}
