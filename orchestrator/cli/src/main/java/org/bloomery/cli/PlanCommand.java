package org.bloomery.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.core.plan.BatchSchedule;
import org.bloomery.core.plan.Plan;
import org.bloomery.core.plan.PlanOptions;
import org.bloomery.core.plan.Planner;
import org.bloomery.core.plan.SchedulePoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells what a run would need and how long it would take. */
@Command(
    name = "plan",
    description = "Tell what a run would need: memory, time, GPU-hours, checkpoints.",
    footer = {
      "",
      "A canary is a rehearsal on two nodes in half an hour: try it before anything changes.",
      "",
      "Example: bloomery plan job-specs/bloom-nano/bloom-nano.yaml --at 1,100",
      "         bloomery plan job-specs/bloom-nano/bloom-nano.yaml --canary --to /tmp/canary.yaml",
    })
final class PlanCommand extends SpecVerb {
  @Option(
      names = "--at",
      paramLabel = "ITERATION",
      split = ",",
      description = "Also show batch and learning rate at these iterations.")
  private List<Long> iterations = List.of();

  @Option(
      names = "--tflops",
      paramLabel = "TFLOPS",
      description = "Take each device to compute so much, whatever the batch.")
  private Double tflops;

  @Option(
      names = "--seconds-per-iteration",
      paramLabel = "SECONDS",
      description = "Plan with what an iteration at the full batch took.")
  private Double seconds;

  @Option(names = "--canary", description = "Derive the spec of a rehearsal instead, and print it.")
  private boolean canary;

  @Option(names = "--to", paramLabel = "FILE", description = "Write the canary's spec there.")
  private Path to;

  PlanCommand(Session session) {
    super(session);
  }

  /** The stable JSON of a canary. */
  record CanarySpec(String text) {}

  @Override
  public Integer call() {
    PlanOptions options =
        new PlanOptions(positive("--tflops", tflops), positive("--seconds-per-iteration", seconds));
    SpecFile file = read();
    Checked checked = check(file);
    if (canary) {
      return rehearsal(file);
    }
    if (to != null) {
      throw invalid("--to goes with --canary only: a plan is printed. Redirect it to a file.");
    }
    Plan plan = Planner.plan(checked.spec(), checked.cluster(), options);
    PlanReport report = PlanReport.of(plan, schedule(checked));
    warn(checked);
    session().show(report, report::screen);
    return DONE;
  }

  private int rehearsal(SpecFile file) {
    String text = canary(file);
    if (to == null) {
      session().show(new CanarySpec(text), () -> Terminal.printableLines(text));
      return DONE;
    }
    Path target = session().surroundings().workingDirectory().resolve(to);
    session().surroundings().site().write(target, text);
    session()
        .show(
            Map.of("file", target.toString()),
            () ->
                Terminal.printable("wrote " + target + ". Next: bloomery submit " + to + " --wait")
                    + "\n");
    return DONE;
  }

  private static OptionalDouble positive(String option, Double value) {
    if (value == null) {
      return OptionalDouble.empty();
    }
    if (!(value > 0 && value < 1e9)) {
      throw invalid(option + " " + value + ": give a number above 0.");
    }
    return OptionalDouble.of(value);
  }

  private List<SchedulePoint> schedule(Checked checked) {
    BatchSchedule schedule = BatchSchedule.of(checked.spec());
    List<SchedulePoint> points = new ArrayList<>();
    for (long iteration : iterations) {
      if (iteration < 1 || iteration > schedule.iterations()) {
        throw invalid(
            "--at " + iteration + ": the run has iterations 1 to " + schedule.iterations() + ".");
      }
      points.add(SchedulePoint.at(schedule, iteration));
    }
    return points;
  }

  private static ApiException invalid(String sentence) {
    return new ApiException(ApiException.Kind.INVALID, sentence);
  }
}
