package org.bloomery.core.spec;

/** What happens when the budget has no room for more. */
public enum OnExhausted implements SpecWord {
  /** The trainer saves and leaves; no attempt follows. */
  SAVE_AND_STOP("save-and-stop"),
  /** As above, and the run waits for a person to credit the budget. */
  HOLD("hold");

  private final String word;

  OnExhausted(String word) {
    this.word = word;
  }

  @Override
  public String word() {
    return word;
  }
}
