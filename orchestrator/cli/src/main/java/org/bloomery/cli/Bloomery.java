package org.bloomery.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line's root: it only has verbs. */
@Command(
    name = "bloomery",
    description = "Keeps months-long trainings alive and accounts for every GPU-hour.",
    synopsisSubcommandLabel = "VERB",
    footer = {
      "",
      "Start here:  bloomery quickstart",
      "More on one: bloomery VERB --help",
      "",
      "Exit codes: 0 done, 1 failed, 2 bad usage or invalid spec, 3 refused by policy or budget,",
      "            4 not found, 5 control plane unreachable or state unknown."
    })
final class Bloomery {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it by itself
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it by itself
  private boolean version;
}
