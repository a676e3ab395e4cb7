package org.bloomery.controlplane.slurm;

import java.util.Locale;

/** What became of one of SLURM's commands. */
public sealed interface Answer {

  /** It ended, and said this. */
  record Ended(int exitCode, String output, String errors) implements Answer {

    /** Its errors in one short line, for people. */
    String words() {
      String said = oneLine(errors.isBlank() ? output : errors);
      return said.isEmpty() ? "exit code " + exitCode + " without a word" : said;
    }

    /** Whether it complains, whatever its exit code. */
    boolean complains() {
      return exitCode != 0 || errors.toLowerCase(Locale.ROOT).contains("error");
    }
  }

  /** Nobody knows how it ended: it may have done what it was asked, or some of it. */
  record Lost(String why, String outputSoFar) implements Answer {}

  /** It never ran: nothing has happened. */
  record NeverRan(String why) implements Answer {}

  /** Text of any length as one short line. */
  static String oneLine(String text) {
    String line = text.strip().replaceAll("\\s*\\R\\s*", "; ").replaceAll("\\p{Cntrl}", " ");
    return line.length() <= 400 ? line : line.substring(0, 400) + "...";
  }
}
