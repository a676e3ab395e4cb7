package org.bloomery.cli;

import picocli.CommandLine.Command;

/** Runs a control plane. */
@Command(
    name = "serve",
    description = "Run a control plane for this home until it is told to end (Ctrl-C).",
    footer = {"", "Example: BLOOMERY_HOME=~/.bloomery bloomery serve"})
final class ServeCommand extends Verb {
  ServeCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    Surroundings around = session().surroundings();
    return around.server().serve(around.environment(), session().console());
  }
}
