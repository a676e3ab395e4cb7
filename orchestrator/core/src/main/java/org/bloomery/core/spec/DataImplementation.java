package org.bloomery.core.spec;

/** How the trainer reads its indexed datasets; the words are Megatron's. */
public enum DataImplementation implements SpecWord {
  /** Mapped into memory. */
  MMAP("mmap"),
  /** Read when needed. */
  LAZY("lazy"),
  /** Read once and kept. */
  CACHED("cached"),
  /** As the files look. */
  INFER("infer");

  private final String word;

  DataImplementation(String word) {
    this.word = word;
  }

  @Override
  public String word() {
    return word;
  }
}
