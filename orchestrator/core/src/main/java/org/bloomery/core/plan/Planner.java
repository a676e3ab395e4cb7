package org.bloomery.core.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.bloomery.core.plan.Plan.CheckpointPlan;
import org.bloomery.core.plan.PlanProblem.Code;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.Partition;
import org.bloomery.core.spec.RunSpec;

/** Says what a run will need and give, before it costs anything. */
public final class Planner {
  private final RunSpec run;
  private final ClusterProfile cluster;
  private final Optional<Partition> partition;
  private final Assumptions assumptions;
  private final BatchSchedule schedule;

  private Planner(RunSpec run, ClusterProfile cluster, Assumptions assumptions) {
    this.run = run;
    this.cluster = cluster;
    this.partition = cluster.partition(run.resources().partition());
    this.assumptions = assumptions;
    this.schedule = BatchSchedule.of(run);
  }

  /** A plan with the published assumptions about failures. */
  public static Plan plan(RunSpec run, ClusterProfile cluster) {
    return plan(run, cluster, Assumptions.published());
  }

  /** A plan with assumptions of the caller's. */
  public static Plan plan(RunSpec run, ClusterProfile cluster, Assumptions assumptions) {
    return new Planner(run, cluster, assumptions).plan();
  }

  private Plan plan() {
    long samples = schedule.consumedSamples(schedule.iterations());
    OptionalDouble step = seconds(run.batch().global());
    OptionalDouble training = seconds(samples);
    OptionalDouble gpuHours = hours(training);
    MemoryEstimate memory = MemoryEstimate.of(run);
    return new Plan(
        run.name().value(),
        cluster.name(),
        ModelArithmetic.parameters(run.model()),
        run.resources().devices(),
        run.dataParallel(),
        schedule.iterations(),
        samples * run.model().sequenceLength(),
        ModelArithmetic.flops(run, run.batch().global()),
        memory,
        step,
        training,
        gpuHours,
        jobs(training),
        new CheckpointPlan(
            ModelArithmetic.checkpointBytes(run),
            ModelArithmetic.checkpointFiles(run),
            advice(step)),
        ettr(step),
        problems(memory, gpuHours));
  }

  /** How long so many samples take, if it is known how fast the devices compute. */
  private OptionalDouble seconds(long samples) {
    OptionalDouble sustained =
        partition.map(p -> p.device().sustainedTflops()).orElseGet(OptionalDouble::empty);
    if (sustained.isEmpty()) {
      return OptionalDouble.empty();
    }
    double perSecond = sustained.getAsDouble() * 1e12 * run.resources().devices();
    return OptionalDouble.of(ModelArithmetic.flops(run, samples) / perSecond);
  }

  private OptionalDouble hours(OptionalDouble training) {
    return training.isPresent()
        ? OptionalDouble.of(training.getAsDouble() * run.resources().devices() / 3600)
        : OptionalDouble.empty();
  }

  private OptionalLong jobs(OptionalDouble training) {
    if (training.isEmpty()) {
      return OptionalLong.empty();
    }
    Duration limit = run.launcher().exitDuration().orElse(run.resources().timeLimit());
    return OptionalLong.of((long) Math.ceil(training.getAsDouble() / limit.toSeconds()));
  }

  private double meanTimeToFailure() {
    return Reliability.meanTimeToFailure(run.resources().nodes(), assumptions.nodeFailuresPerDay());
  }

  private double saveSeconds() {
    return ModelArithmetic.checkpointBytes(run)
        / (assumptions.saveBytesPerSecondPerNode() * run.resources().nodes());
  }

  private OptionalLong advice(OptionalDouble step) {
    if (step.isEmpty()) {
      return OptionalLong.empty();
    }
    double interval = Reliability.youngInterval(saveSeconds(), meanTimeToFailure());
    return OptionalLong.of(Math.max(1, Math.round(interval / step.getAsDouble())));
  }

  private OptionalDouble ettr(OptionalDouble step) {
    if (step.isEmpty()) {
      return OptionalDouble.empty();
    }
    double interval = run.checkpoint().everyIterations() * step.getAsDouble();
    return OptionalDouble.of(
        Reliability.expectedEttr(
            meanTimeToFailure(),
            (double) assumptions.restartTime().toSeconds(),
            interval,
            saveSeconds()));
  }

  private List<PlanProblem> problems(MemoryEstimate memory, OptionalDouble gpuHours) {
    List<PlanProblem> found = new ArrayList<>();
    site(found);
    OptionalLong has =
        partition
            .map(p -> p.deviceMemoryBytes(run.resources().constraint()))
            .orElseGet(OptionalLong::empty);
    if (has.isPresent() && memory.total() > has.getAsLong()) {
      found.add(
          new PlanProblem(
              Code.MEMORY,
              "spec.parallelism",
              gigabytes(memory.total())
                  + " are needed on a device that has "
                  + gigabytes(has.getAsLong()),
              "Raise tensor or pipeline, lower the micro-batch, or checkpoint activations."));
    }
    double budget = run.budget().limit().hours();
    if (gpuHours.isPresent() && gpuHours.getAsDouble() > budget) {
      found.add(
          new PlanProblem(
              Code.BUDGET,
              "spec.budget.gpuHours",
              String.format(
                  Locale.ROOT,
                  "the training needs about %.0f GPU-hours, the budget has %.0f",
                  gpuHours.getAsDouble(),
                  budget),
              "Raise the budget or train on fewer samples."));
    }
    if (run.checkpoint().everyIterations() > schedule.iterations()) {
      found.add(
          new PlanProblem(
              Code.SAVES_LESS_THAN_ONCE,
              "spec.checkpoint.everyIterations",
              "it saves every "
                  + run.checkpoint().everyIterations()
                  + " iterations, but has only "
                  + schedule.iterations(),
              "Save more often: a failure would lose everything."));
    }
    return found;
  }

  private void site(List<PlanProblem> found) {
    if (!run.cluster().equals(cluster.name())) {
      found.add(
          new PlanProblem(
              Code.OTHER_CLUSTER,
              "spec.cluster",
              "the run is for " + run.cluster() + ", this plan is for " + cluster.name(),
              "Plan with the profile of the run's cluster."));
    }
    if (partition.isEmpty()) {
      found.add(
          new PlanProblem(
              Code.UNKNOWN_PARTITION,
              "spec.resources.partition",
              cluster.name() + " has no such partition",
              "Choose one of its profile."));
      return;
    }
    int devices = partition.get().devicesPerNode();
    if (run.resources().gpusPerNode() > devices) {
      found.add(
          new PlanProblem(
              Code.TOO_FEW_DEVICES,
              "spec.resources.gpusPerNode",
              run.resources().gpusPerNode()
                  + " exceeds the "
                  + devices
                  + " devices of a node of "
                  + cluster.name(),
              "Lower gpusPerNode or choose another cluster."));
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
