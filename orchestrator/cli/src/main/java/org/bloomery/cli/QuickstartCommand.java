package org.bloomery.cli;

import picocli.CommandLine.Command;

/** Trains, breaks, resumes and bills a tiny model. */
@Command(
    name = "quickstart",
    description = {
      "Train a tiny multilingual BLOOM on this machine, break it, resume it, show the bill.",
      "Takes a few minutes; asks nothing; Ctrl-C saves and stops."
    },
    footer = {"", "Example: bloomery quickstart"})
final class QuickstartCommand extends Verb {
  QuickstartCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    Surroundings around = session().surroundings();
    return around.quickstart().run(around.environment(), session().console());
  }
}
