package org.bloomery.cli;

import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.RunView;
import picocli.CommandLine.Command;

/** Keeps a run from starting anything. */
@Command(
    name = "hold",
    description = "Start no new attempt and keep a queued job in the queue; what runs goes on.",
    footer = {"", "Example: bloomery hold bloom-nano"})
final class HoldCommand extends ActVerb {
  HoldCommand(Session session) {
    super(session);
  }

  @Override
  RunView act(ControlPlaneApi controlPlane) {
    return controlPlane.hold(run(), "");
  }
}
