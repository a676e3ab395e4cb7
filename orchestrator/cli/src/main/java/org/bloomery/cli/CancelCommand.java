package org.bloomery.cli;

import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.RunView;
import picocli.CommandLine.Command;

/** Ends a run for good. */
@Command(
    name = "cancel",
    description = "End a run's job now, and the run for good.",
    footer = {"", "Example: bloomery cancel bloom-nano"})
final class CancelCommand extends ActVerb {
  CancelCommand(Session session) {
    super(session);
  }

  @Override
  RunView act(ControlPlaneApi controlPlane) {
    return controlPlane.cancel(run(), "");
  }
}
