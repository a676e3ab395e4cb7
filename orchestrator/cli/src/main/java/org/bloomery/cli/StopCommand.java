package org.bloomery.cli;

import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.RunView;
import picocli.CommandLine.Command;

/** Lets a training save and leave. */
@Command(
    name = "stop",
    description = "Make the training save and leave; the run waits for resume.",
    footer = {"", "Example: bloomery stop bloom-nano"})
final class StopCommand extends ActVerb {
  StopCommand(Session session) {
    super(session);
  }

  @Override
  RunView act(ControlPlaneApi controlPlane) {
    return controlPlane.stop(run(), "");
  }
}
