package org.bloomery.cli;

import java.util.ArrayList;
import java.util.List;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.core.plan.Plan;
import org.bloomery.core.plan.Planner;
import org.bloomery.core.plan.SchedulePoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells what a run would need and how long it would take. */
@Command(
    name = "plan",
    description = "Tell what a run would need: memory, time, GPU-hours, checkpoints.",
    footer = {"", "Example: bloomery plan job-specs/bloom-nano/run.yaml --at 1,100"})
final class PlanCommand extends SpecVerb {
  @Option(
      names = "--at",
      paramLabel = "ITERATION",
      split = ",",
      description = "Also show batch and learning rate at these iterations.")
  private List<Long> iterations = List.of();

  PlanCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    Checked checked = check(read());
    Plan plan = Planner.plan(checked.spec(), checked.cluster());
    PlanReport report = PlanReport.of(plan, schedule(checked, plan));
    session().show(report, report::screen);
    return DONE;
  }

  private List<SchedulePoint> schedule(Checked checked, Plan plan) {
    List<SchedulePoint> points = new ArrayList<>();
    for (long iteration : iterations) {
      if (iteration < 1 || iteration > plan.iterations()) {
        throw new ApiException(
            ApiException.Kind.INVALID,
            "--at " + iteration + ": the run has iterations 1 to " + plan.iterations() + ".");
      }
      points.add(Plan.scheduleAt(checked.spec(), iteration));
    }
    return points;
  }
}
