package org.bloomery.cli;

import org.bloomery.controlplane.api.RunView;
import picocli.CommandLine.Command;

/** Lets a training save and leave. */
@Command(
    name = "stop",
    description = "Make the training save and leave; the run waits for resume.",
    footer = {"", "Example: bloomery stop bloom-nano"})
final class StopCommand extends RunVerb {
  StopCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    RunView view = session().controlPlane().stop(run(), "");
    session().show(view, () -> RunScreen.of(view));
    return DONE;
  }
}
