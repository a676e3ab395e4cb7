package org.bloomery.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** A plan on one screen, at most 100 columns wide where names are not longer than they may be. */
public final class PlanText {
  private static final String NOT_KNOWN =
      "not known: the partition's profile has no sustainedTflops";

  private PlanText() {}

  /** The lines, each with its line end. */
  public static String of(Plan plan) {
    List<String> lines = new ArrayList<>();
    lines.add("Plan of " + plan.run() + " on " + plan.cluster());
    lines.add("");
    line(lines, "model", "%,d parameters", plan.parameters());
    line(lines, "devices", "%,d, %,d replicas", plan.worldSize(), plan.dataParallel());
    line(lines, "training", "%,d iterations, %,d tokens", plan.iterations(), plan.tokens());
    line(lines, "work", "%.3e FLOPs per iteration", plan.flopsPerIteration());
    MemoryEstimate memory = plan.memory();
    line(
        lines,
        "memory",
        "%s on the fullest device, beside the runtime's own:",
        bytes(memory.total()));
    line(
        lines,
        "",
        "weights %s, gradients %s, optimizer %s, activations %s",
        bytes(memory.weights()),
        bytes(memory.gradients()),
        bytes(memory.optimizer()),
        bytes(memory.activations()));
    line(
        lines,
        "checkpoint",
        "%s in %,d files%s",
        bytes(plan.checkpoint().bytes()),
        plan.checkpoint().files(),
        advice(plan.checkpoint().adviceIterations()));
    lines.add("");
    time(lines, plan);
    for (PlanProblem problem : plan.problems()) {
      lines.add("");
      lines.add("problem " + problem.code().id() + ": " + problem.path());
      lines.add("  " + problem.message() + ".");
      lines.add("  " + problem.advice());
    }
    return String.join("\n", lines) + "\n";
  }

  private static void time(List<String> lines, Plan plan) {
    if (plan.secondsPerIteration().isEmpty()) {
      line(lines, "time", "%s", NOT_KNOWN);
      return;
    }
    line(lines, "step", "%.1f s at the full batch", orZero(plan.secondsPerIteration()));
    line(
        lines,
        "time",
        "%.1f days of computing in at least %,d jobs",
        orZero(plan.trainingSeconds()) / 86_400,
        plan.jobs().orElse(0));
    line(lines, "cost", "%,.0f GPU-hours", orZero(plan.gpuHours()));
    line(
        lines,
        "effective",
        "%.1f %% of the time, with published failure rates",
        100 * orZero(plan.expectedEttr()));
  }

  private static double orZero(OptionalDouble value) {
    return value.orElse(0);
  }

  private static String advice(OptionalLong iterations) {
    return iterations.isPresent()
        ? String.format(
            Locale.ROOT, "; least is lost with one every %,d iterations", iterations.getAsLong())
        : "";
  }

  private static void line(List<String> lines, String name, String format, Object... values) {
    lines.add(
        String.format(Locale.ROOT, "  %-11s", name) + String.format(Locale.ROOT, format, values));
  }

  private static String bytes(long bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB", "PB"};
    double value = bytes;
    int unit = 0;
    while (value >= 999.5 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.3g %s", value, units[unit]);
  }
}
