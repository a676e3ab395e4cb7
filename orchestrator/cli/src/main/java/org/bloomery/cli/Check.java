package org.bloomery.cli;

/**
 * One thing about this machine that was looked at.
 *
 * @param finding what was found
 * @param next what to do; empty where nothing is to be done
 */
public record Check(String name, Level level, String finding, String next) {

  /** How much it matters. */
  public enum Level {
    OK("ok"),
    WARNING("warning"),
    FAILED("FAILED");

    private final String word;

    Level(String word) {
      this.word = word;
    }

    /** How it is shown to people. */
    public String word() {
      return word;
    }
  }

  static Check ok(String name, String finding) {
    return new Check(name, Level.OK, finding, "");
  }

  static Check warning(String name, String finding, String next) {
    return new Check(name, Level.WARNING, finding, next);
  }

  static Check failed(String name, String finding, String next) {
    return new Check(name, Level.FAILED, finding, next);
  }
}
