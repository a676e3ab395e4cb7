package org.bloomery.cli;

import org.bloomery.controlplane.api.RunView;
import picocli.CommandLine.Command;

/** Ends a run for good. */
@Command(
    name = "cancel",
    description = "End a run's job now, and the run for good.",
    footer = {"", "Example: bloomery cancel bloom-nano"})
final class CancelCommand extends RunVerb {
  CancelCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    RunView view = session().controlPlane().cancel(run(), "");
    session().show(view, () -> RunScreen.of(view));
    return DONE;
  }
}
