package org.bloomery.core.plan;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.bloomery.core.plan.Plan.CheckpointPlan;
import org.bloomery.core.plan.Plan.Course;
import org.bloomery.core.plan.Plan.Failures;
import org.bloomery.core.plan.Plan.PhasePlan;
import org.bloomery.core.plan.Plan.Recipe;
import org.bloomery.core.plan.Plan.Speed;
import org.bloomery.core.plan.Topology.Stage;
import org.bloomery.core.spec.Sourced;

/** A plan on one screen: at most 100 columns, and 40 lines unless much is wrong with it. */
public final class PlanText {
  private static final int WIDTH = 100;
  private static final int LABEL = 12;
  private static final int PHASES_MAX = 4;
  private static final int NODES_MAX = 16;
  private static final MathContext FOUR_DIGITS = new MathContext(4);

  private final Plan plan;
  private final List<String> lines = new ArrayList<>();

  private PlanText(Plan plan) {
    this.plan = plan;
  }

  /** The lines, each with its line end. */
  public static String of(Plan plan) {
    return new PlanText(plan).text();
  }

  private String text() {
    lines.add(
        "Plan of "
            + plan.run()
            + " on "
            + plan.cluster()
            + plan.deviceType().map(type -> " (" + type + ")").orElse(""));
    lines.add("");
    training();
    topology();
    memory();
    time();
    checkpoint();
    failures(plan.failures());
    plan.energy().ifPresent(this::energy);
    for (PlanProblem problem : plan.problems()) {
      lines.add("");
      lines.add(problem.code().id() + " " + problem.path() + ":");
      wrapped("  ", problem.message() + ". " + problem.advice());
    }
    return String.join("\n", lines) + "\n";
  }

  private void training() {
    line(
        "model",
        "%,d parameters, %.4g FLOPs an iteration",
        plan.parameters(),
        plan.flopsPerIteration());
    line(
        "training",
        "%,d iterations, %,d samples, %,d tokens",
        plan.iterations(),
        plan.samples(),
        plan.tokens());
    Recipe recipe = plan.recipe();
    String rampUp =
        recipe.rampUpIterations() == 0
            ? ""
            : format(
                "%,d growing over %,d iterations to ",
                recipe.firstBatch(), recipe.rampUpIterations());
    line("batch", "%s%,d samples, micro-batch %d", rampUp, recipe.fullBatch(), recipe.microBatch());
    line(
        "rate",
        "%.3g after %,d iterations, %s to %.3g at %,d",
        recipe.peak(),
        recipe.warmupIterations(),
        recipe.decay(),
        recipe.minimum(),
        recipe.decayIterations());
    for (int i = 0; plan.phases().size() > 1 && i < plan.phases().size(); i++) {
      phase(i);
    }
    lines.add("");
  }

  private void phase(int index) {
    if (index == PHASES_MAX) {
      line("", "and %d revisions more", plan.phases().size() - PHASES_MAX);
    }
    if (index >= PHASES_MAX) {
      return;
    }
    PhasePlan phase = plan.phases().get(index);
    String speed =
        phase.secondsPerIteration().isPresent()
            ? format(
                ", %.1f s, %.1f days",
                phase.secondsPerIteration().getAsDouble(), days(phase.trainingSeconds().orElse(0)))
            : "";
    line(
        index == 0 ? "revisions" : "",
        "%,d to %,d: %d nodes, %d replicas, micro-batch %d%s",
        phase.firstIteration(),
        phase.lastIteration(),
        phase.nodes(),
        phase.dataParallel(),
        phase.microBatch(),
        speed);
  }

  private void topology() {
    Topology topology = plan.topology();
    line(
        "devices",
        "%,d: tensor %d x pipeline %d x data %d, %d on each node",
        plan.worldSize(),
        topology.tensor(),
        topology.stages().size(),
        topology.dataParallel(),
        topology.ranksPerNode());
    List<Stage> stages = topology.stages();
    int from = 0;
    for (int i = 1; i <= stages.size(); i++) {
      if (i == stages.size() || !alike(stages.get(from), stages.get(i))) {
        stages(stages.get(from), stages.get(i - 1));
        from = i;
      }
    }
    List<Integer> nodes = topology.nodesOfReplica(0);
    line(
        "replica 0",
        "on %s %s%s",
        nodes.size() == 1 ? "node" : "nodes",
        nodes.stream().limit(NODES_MAX).map(String::valueOf).collect(Collectors.joining(", ")),
        nodes.size() > NODES_MAX ? " and " + (nodes.size() - NODES_MAX) + " more" : "");
    lines.add("");
  }

  private static boolean alike(Stage one, Stage other) {
    return one.blocks() == other.blocks()
        && one.embedding() == other.embedding()
        && one.head() == other.head();
  }

  private void stages(Stage first, Stage last) {
    int from = plan.topology().nodesOfStage(first.index()).first();
    int to = plan.topology().nodesOfStage(last.index()).last();
    List<String> parts = new ArrayList<>();
    if (first.embedding()) {
      parts.add("embedding");
    }
    parts.add(count(first.blocks(), "block"));
    if (first.head()) {
      parts.add("head");
    }
    line(
        first.index() == last.index()
            ? "stage " + first.index()
            : "stages " + first.index() + "-" + last.index(),
        "%s; %.3g parameters a device; %s",
        String.join(" + ", parts),
        (double) first.parametersPerDevice(),
        from == to ? "node " + from : "nodes " + from + " to " + to);
  }

  private static String count(long number, String what) {
    return format("%,d %s%s", number, what, number == 1 ? "" : "s");
  }

  private void memory() {
    MemoryEstimate memory = plan.memory();
    OptionalLong has = plan.deviceMemoryBytes();
    String of =
        has.isPresent()
            ? format(
                ", %.0f %% of its %s",
                100.0 * memory.total() / has.getAsLong(), bytes(has.getAsLong()))
            : "";
    line(
        "memory",
        "%s on the fullest device, in stage %d%s",
        bytes(memory.total()),
        plan.fullestStage(),
        of);
    line(
        "",
        "weights %s, gradients %s, optimizer %s, activations %s,",
        bytes(memory.weights()),
        bytes(memory.gradients()),
        bytes(memory.optimizer()),
        bytes(memory.activations()));
    line(
        "",
        "%sruntime (context, communication, fragmentation) %s",
        memory.logits() == 0 ? "" : "logits " + bytes(memory.logits()) + ", ",
        bytes(memory.runtime()));
    lines.add("");
  }

  private void time() {
    if (plan.throughput().isEmpty()) {
      line("speed", "not known: the profile has neither peakTflops nor sustainedTflops; give one");
      line("", "with --tflops, or what an iteration took with --seconds-per-iteration");
      lines.add("");
      return;
    }
    Speed speed = plan.throughput().get();
    OptionalDouble peak = speed.peakShare();
    line(
        "speed",
        "%.4g s an iteration, %.4g TFLOP/s a device%s",
        plan.secondsPerIteration().orElse(0),
        speed.tflopsPerGpu(),
        peak.isPresent() ? format(", %.0f %% of its peak", 100 * peak.getAsDouble()) : "");
    line("", "%s", speed.why());
    if (speed.idleShare() > 0 || speed.exchangeSeconds().orElse(0) > 0) {
      line(
          "",
          "%.1f %% of it while the pipeline fills and drains%s",
          100 * speed.idleShare(),
          speed.exchangeSeconds().isPresent()
              ? format(", %.1f s for gradients and weights", speed.exchangeSeconds().getAsDouble())
              : "");
    }
    line(
        "time",
        "%s of computing, %s GPU-hours, %s",
        duration(plan.trainingSeconds().orElse(0)),
        hours(plan.gpuHours().orElse(0)),
        count(plan.jobs().orElse(0), "job"));
    plan.course().ifPresent(this::course);
    lines.add("");
  }

  private void course(Course course) {
    line(
        "",
        "%s, %s GPU-hours with what interrupts it:",
        duration(course.wallSeconds()),
        hours(course.gpuHours()));
    line(
        "",
        "validation %.1f %%, saves %.1f %%, failures %.1f %%; time in the queue not counted",
        100 * course.validationSeconds() / course.wallSeconds(),
        100 * course.savingSeconds() / course.wallSeconds(),
        100 * course.lostSeconds() / course.wallSeconds());
  }

  private void checkpoint() {
    CheckpointPlan checkpoint = plan.checkpoint();
    OptionalDouble interval = checkpoint.intervalSeconds();
    line(
        "checkpoint",
        "%s in %,d files, written in %s each %,d iterations%s",
        bytes(checkpoint.bytes()),
        checkpoint.files(),
        duration(checkpoint.saveSeconds()),
        checkpoint.everyIterations(),
        interval.isPresent() ? " (" + duration(interval.getAsDouble()) + ")" : "");
    line(
        "",
        "%,d of %,d are kept: at most %s and %,d inodes%s",
        checkpoint.kept(),
        checkpoint.savedOverRun(),
        bytes(checkpoint.keptBytes()),
        checkpoint.keptInodes(),
        checkpoint.space().map(space -> " in " + space).orElse(""));
    line(
        "",
        "least is lost with a save each %s by Young, %s by Daly",
        advice(checkpoint.youngSeconds(), checkpoint.adviceIterations()),
        advice(checkpoint.dalySeconds(), checkpoint.dalyIterations()));
    lines.add("");
  }

  private static String advice(double seconds, OptionalLong iterations) {
    return duration(seconds)
        + (iterations.isPresent() ? format(" (%,d its)", iterations.getAsLong()) : "");
  }

  private void failures(Failures failures) {
    line(
        "failures",
        "one each %s: %.3g per node and day (%s)",
        duration(failures.meanTimeToFailureSeconds()),
        failures.nodeFailuresPerDay().value(),
        failures.nodeFailuresPerDay().source());
    if (plan.course().isPresent()) {
      Course course = plan.course().get();
      line(
          "",
          "%.1f in all, which cost %s GPU-hours; %.1f %% of the time is effective (ETTR)",
          course.failures(),
          hours(course.lostGpuHours()),
          100 * plan.expectedEttr().orElse(0));
    }
    line(
        "",
        "%s for 99 %% of the time, if a failed one is away for %s days (%s)",
        count(failures.spareNodes(), "spare node"),
        number(failures.nodeAwayDays().value()),
        failures.nodeAwayDays().source());
  }

  private void energy(EnergyEstimate energy) {
    line(
        "energy",
        "%s kWh: %s GPU-hours x %s W%s",
        hours(energy.kilowattHours()),
        hours(energy.gpuHours()),
        number(energy.boardWatts()),
        energy.pue().map(pue -> " x PUE " + factor(pue)).orElse(", PUE not known"));
    if (energy.carbonKilograms().isPresent()) {
      line(
          "",
          "%s kg CO2e at %s g per kWh",
          hours(energy.carbonKilograms().getAsDouble()),
          energy.carbonGramsPerKwh().map(PlanText::factor).orElse(""));
    }
  }

  private static String factor(Sourced figure) {
    return number(figure.value()) + " (" + figure.source() + ")";
  }

  /** As few digits as it has, at most four. */
  private static String number(double value) {
    return value == Math.rint(value)
        ? format("%.0f", value)
        : BigDecimal.valueOf(value).round(FOUR_DIGITS).toPlainString();
  }

  private void line(String name, String format, Object... values) {
    String label = format("  %-" + LABEL + "s", name);
    wrapped(label, format(format, values));
  }

  /** Breaks at blanks what is too long; the rest stands under the beginning. */
  private void wrapped(String label, String text) {
    String start = label;
    String rest = text;
    while (start.length() + rest.length() > WIDTH) {
      int end = rest.lastIndexOf(' ', WIDTH - start.length());
      if (end <= 0) {
        break;
      }
      lines.add(start + rest.substring(0, end));
      start = " ".repeat(label.length());
      rest = rest.substring(end + 1);
    }
    lines.add((start + rest).stripTrailing());
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** Whole ones, unless there are few; nobody cares for seconds. */
  private static String hours(double hours) {
    if (hours < 0.001) {
      return "0";
    }
    return hours >= 100 ? format("%,.0f", hours) : format("%.3g", hours);
  }

  private static double days(double seconds) {
    return seconds / 86_400;
  }

  private static String duration(double seconds) {
    if (seconds < 100) {
      return format("%.3g s", seconds);
    }
    if (seconds < 100 * 60) {
      return format("%.3g min", seconds / 60);
    }
    return seconds < 48 * 3600
        ? format("%.3g h", seconds / 3600)
        : format("%,.1f days", days(seconds));
  }

  private static String bytes(long bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB", "PB"};
    double value = bytes;
    int unit = 0;
    while (value >= 999.5 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return format(unit == 0 ? "%.0f %s" : "%.3g %s", value, units[unit]);
  }
}
