package org.bloomery.cli;

import java.util.List;
import org.bloomery.controlplane.api.CheckpointView;
import org.bloomery.controlplane.http.Wire;
import picocli.CommandLine.Command;

/** Looks at every checkpoint again. */
@Command(
    name = "verify",
    description = "Look at each of a run's checkpoints again; exit 1 if one is not complete.",
    footer = {"", "Example: bloomery checkpoints verify bloom-nano"})
final class CheckpointsVerifyCommand extends RunVerb {
  private static final String COMPLETE = "complete";

  CheckpointsVerifyCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    List<CheckpointView> found = session().controlPlane().checkpoints(run(), true);
    session().show(new Wire.Checkpoints(found), () -> CheckpointTable.of(found).toString());
    long bad = found.stream().filter(c -> !c.verdict().equals(COMPLETE)).count();
    if (bad == 0) {
      return DONE;
    }
    session()
        .say(
            bad
                + " of "
                + found.size()
                + " checkpoints cannot be resumed from. The run will use the newest sealed one"
                + " that is complete");
    return FAILED;
  }
}
