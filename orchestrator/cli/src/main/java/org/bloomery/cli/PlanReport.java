package org.bloomery.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.bloomery.core.plan.MemoryEstimate;
import org.bloomery.core.plan.Plan;
import org.bloomery.core.plan.SchedulePoint;

/**
 * A plan as {@code plan -o json} promises it: durations in seconds, sizes in bytes, what cannot be
 * known null.
 *
 * @param schedule only where it was asked for
 */
record PlanReport(
    String run,
    String cluster,
    long parameters,
    int worldSize,
    int dataParallel,
    long iterations,
    long tokens,
    double flopsPerIteration,
    long memoryPerGpuBytes,
    MemoryEstimate memory,
    OptionalDouble secondsPerIteration,
    OptionalDouble trainingSeconds,
    OptionalDouble gpuHours,
    OptionalLong jobs,
    Plan.CheckpointPlan checkpoint,
    OptionalDouble expectedEttr,
    List<Problem> problems,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SchedulePoint> schedule) {

  /** Something that will go wrong, or may. */
  record Problem(String code, String path, String message, String advice) {}

  static PlanReport of(Plan plan, List<SchedulePoint> schedule) {
    return new PlanReport(
        plan.run(),
        plan.cluster(),
        plan.parameters(),
        plan.worldSize(),
        plan.dataParallel(),
        plan.iterations(),
        plan.tokens(),
        plan.flopsPerIteration(),
        plan.memoryPerGpuBytes(),
        plan.memory(),
        plan.secondsPerIteration(),
        plan.trainingSeconds(),
        plan.gpuHours(),
        plan.jobs(),
        plan.checkpoint(),
        plan.expectedEttr(),
        plan.problems().stream()
            .map(p -> new Problem(p.code().id(), p.path(), p.message(), p.advice()))
            .toList(),
        schedule);
  }

  /** The same for people. */
  String screen() {
    StringBuilder text = new StringBuilder();
    line(text, "run", run + " on cluster " + cluster);
    line(text, "parameters", String.format(Locale.ROOT, "%,d", parameters));
    line(text, "devices", worldSize + ", " + dataParallel + " replicas of the model");
    line(text, "iterations", String.format(Locale.ROOT, "%,d", iterations));
    line(text, "tokens", String.format(Locale.ROOT, "%,d", tokens));
    line(text, "work", String.format(Locale.ROOT, "%.3g FLOPs an iteration", flopsPerIteration));
    line(text, "memory", Words.bytes(memoryPerGpuBytes) + " on the fullest device");
    line(text, "iteration", rounded(secondsPerIteration, "s"));
    line(text, "training", rounded(trainingSeconds, "s of computing"));
    line(text, "GPU-hours", rounded(gpuHours, ""));
    line(text, "jobs", jobs.isPresent() ? jobs.getAsLong() + " if none fails" : unknown());
    line(
        text, "checkpoint", Words.bytes(checkpoint.bytes()) + ", " + checkpoint.files() + " files");
    line(text, "ETTR", rounded(expectedEttr, "expected"));
    for (Problem problem : problems) {
      line(
          text,
          problem.code(),
          problem.path() + ": " + problem.message() + ". " + problem.advice());
    }
    return text + (schedule.isEmpty() ? "" : "\n" + scheduleTable());
  }

  private Table scheduleTable() {
    Table table =
        Table.of("", "ITERATION#", "SAMPLES#", "TOKENS#", "GLOBAL BATCH#", "LEARNING RATE#");
    for (SchedulePoint point : schedule) {
      table.row(
          point.iteration(),
          point.consumedSamples(),
          point.tokens(),
          point.globalBatch(),
          String.format(Locale.ROOT, "%.4g", point.learningRate()));
    }
    return table;
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(RunScreen.line(name, value));
  }

  private static String rounded(OptionalDouble value, String unit) {
    return value.isPresent()
        ? String.format(Locale.ROOT, "%.4g %s", value.getAsDouble(), unit).strip()
        : unknown();
  }

  private static String unknown() {
    return "not known: the cluster's profile has no measured speed";
  }
}
