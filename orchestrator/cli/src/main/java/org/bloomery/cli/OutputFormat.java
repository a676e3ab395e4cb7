package org.bloomery.cli;

import java.util.Locale;

/** How a command prints what it found. */
public enum OutputFormat {
  /** For people. */
  TABLE,
  /** A stable contract, for programs. */
  JSON,
  /** The same as JSON, easier to read. */
  YAML,
  /** The rows of a report, for spreadsheets. */
  CSV,
  /** A report as one page with charts. */
  HTML;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
