package org.bloomery.cli;

import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.RunView;
import picocli.CommandLine.Command;

/** Takes back a hold. */
@Command(
    name = "release",
    description = "Let a run go on that was put on hold; a queued job keeps its age.",
    footer = {"", "Example: bloomery release bloom-nano"})
final class ReleaseCommand extends ActVerb {
  ReleaseCommand(Session session) {
    super(session);
  }

  @Override
  RunView act(ControlPlaneApi controlPlane) {
    return controlPlane.release(run(), "");
  }
}
