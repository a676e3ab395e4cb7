package org.bloomery.controlplane.slurm;

/**
 * Something about a site that its users should know.
 *
 * @param text what was found, and what it means for their runs
 * @param next what to do; empty where nothing is to be done
 */
public record Finding(Level level, String text, String next) {

  /** How much it matters. */
  public enum Level {
    /** As it should be. */
    GOOD,
    /** Runs work, but not as well, or not as the profile says. */
    DOUBTFUL,
    /** No run can work so. */
    BAD
  }

  static Finding good(String text) {
    return new Finding(Level.GOOD, text, "");
  }

  static Finding doubtful(String text, String next) {
    return new Finding(Level.DOUBTFUL, text, next);
  }

  static Finding bad(String text, String next) {
    return new Finding(Level.BAD, text, next);
  }
}
