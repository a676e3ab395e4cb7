package org.bloomery.cli;

import java.time.Duration;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.RunView;
import org.bloomery.core.id.RunId;
import org.bloomery.core.plan.Plan;
import org.bloomery.core.plan.Planner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Hands a run to the control plane. */
@Command(
    name = "submit",
    description = "Hand a run to the control plane.",
    footer = {
      "",
      "With --wait: exit 0 when it succeeded, 1 when it was cancelled, 3 when it is held.",
      "",
      "Example: bloomery submit job-specs/bloom-nano/run.yaml --wait"
    })
final class SubmitCommand extends SpecVerb {
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** A control plane that is started again is waited for; about five minutes of looks. */
  private static final int SILENT_LOOKS_MAX = 300;

  @Option(names = "--dry-run", description = "Only tell what would happen.")
  private boolean dryRun;

  @Option(names = "--wait", description = "Stay until the run is over or held.")
  private boolean wait;

  @Option(
      names = "--again",
      description = "If a run of this name is finished, submit under the next free name.")
  private boolean again;

  SubmitCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws InterruptedException {
    SpecFile file = read();
    if (dryRun) {
      return tell(check(file));
    }
    String text = selfContained(file);
    ControlPlaneApi controlPlane = session().controlPlane();
    RunView submitted =
        controlPlane.submit(text, file.name(), file.directory().toString(), again, "");
    if (!wait) {
      session().show(submitted, () -> RunScreen.of(submitted));
      return DONE;
    }
    RunView last = waitFor(controlPlane, submitted);
    session().show(last, () -> RunScreen.of(last));
    return exitCode(last);
  }

  private int tell(Checked checked) {
    warn(checked);
    Plan plan = Planner.plan(checked.spec(), checked.cluster());
    PlanReport report = PlanReport.of(plan, java.util.List.of());
    session()
        .show(
            report,
            () ->
                report.screen()
                    + "\n"
                    + Terminal.printable(
                        "Would submit run "
                            + checked.spec().name()
                            + ", account "
                            + checked.spec().account()
                            + ", to cluster "
                            + checked.cluster().name()
                            + ". Nothing was submitted.")
                    + "\n");
    return DONE;
  }

  private RunView waitFor(ControlPlaneApi controlPlane, RunView submitted)
      throws InterruptedException {
    RunId run = new RunId(submitted.run());
    RunView now = submitted;
    String said = "";
    int silent = 0;
    while (!isOver(now)) {
      String state = now.phase() + (now.attempt() == 0 ? "" : ", attempt " + now.attempt());
      if (!state.equals(said)) {
        session().say(run + ": " + state);
        said = state;
      }
      session().surroundings().pause().rest(LOOK);
      try {
        now = controlPlane.status(run);
        silent = 0;
      } catch (ApiException e) {
        silent++;
        if (e.kind() != ApiException.Kind.UNAVAILABLE || silent > SILENT_LOOKS_MAX) {
          throw e;
        }
      }
    }
    return now;
  }

  private static boolean isOver(RunView run) {
    return switch (run.phase()) {
      case "succeeded", "cancelled", "held" -> true;
      default -> false;
    };
  }

  private static int exitCode(RunView run) {
    return switch (run.phase()) {
      case "succeeded" -> DONE;
      case "held" -> REFUSED;
      default -> FAILED;
    };
  }
}
