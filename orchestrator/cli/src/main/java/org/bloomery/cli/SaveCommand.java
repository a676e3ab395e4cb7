package org.bloomery.cli;

import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.RunView;
import picocli.CommandLine.Command;

/** Lets a training save and go on. */
@Command(
    name = "save",
    description = "Make the training save, and go on in the next attempt at once.",
    footer = {"", "Example: bloomery save bloom-nano"})
final class SaveCommand extends ActVerb {
  SaveCommand(Session session) {
    super(session);
  }

  @Override
  RunView act(ControlPlaneApi controlPlane) {
    return controlPlane.save(run(), "");
  }
}
