package org.bloomery.cli;

import org.bloomery.controlplane.api.RunView;
import picocli.CommandLine.Command;

/** Shows how one run is doing. */
@Command(
    name = "status",
    description = "Show how a run is doing.",
    footer = {"", "Example: bloomery status bloom-nano"})
final class StatusCommand extends RunVerb {
  StatusCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    RunView view = session().controlPlane().status(run());
    session().show(view, () -> RunScreen.of(view));
    return DONE;
  }
}
