package org.bloomery.cli;

import java.util.List;
import org.bloomery.controlplane.api.CheckpointView;
import org.bloomery.controlplane.http.Wire;
import picocli.CommandLine.Command;

/** Lists checkpoints as they were recorded. */
@Command(
    name = "list",
    description = "List a run's checkpoints, oldest first.",
    footer = {"", "Example: bloomery checkpoints list bloom-nano -o json"})
final class CheckpointsListCommand extends RunVerb {
  CheckpointsListCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    List<CheckpointView> found = session().controlPlane().checkpoints(run(), false);
    session().show(new Wire.Checkpoints(found), () -> CheckpointTable.of(found).toString());
    return DONE;
  }
}
