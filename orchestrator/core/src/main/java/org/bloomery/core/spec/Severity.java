package org.bloomery.core.spec;

/** What a problem means for whoever wants to go on. */
public enum Severity implements SpecWord {
  /** The spec is refused. */
  ERROR("error"),
  /** The spec is accepted; a person should know. */
  WARNING("warning");

  private final String word;

  Severity(String word) {
    this.word = word;
  }

  @Override
  public String word() {
    return word;
  }
}
