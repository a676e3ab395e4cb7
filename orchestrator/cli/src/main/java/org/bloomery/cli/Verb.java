package org.bloomery.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** What all commands share. */
abstract class Verb implements Callable<Integer> {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int BAD_USAGE = 2;
  static final int REFUSED = 3;
  static final int UNREACHABLE = 5;

  private final Session session;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it by itself
  private boolean help;

  Verb(Session session) {
    this.session = session;
  }

  final Session session() {
    return session;
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "How to print: table, json or yaml; reports also csv or html (default: table).")
  final void setFormat(OutputFormat format) {
    session.format(format);
  }
}
