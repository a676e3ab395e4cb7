package org.bloomery.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.plan.Plan.CheckpointPlan;
import org.bloomery.core.plan.Plan.Course;
import org.bloomery.core.plan.PlanProblem.Code;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.Partition;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.Space;

/** Finds what a plan shows to go wrong. */
final class PlanProblems {
  private final RunSpec run;
  private final ClusterProfile cluster;
  private final Optional<Partition> partition;
  private final Phase main;
  private final List<PlanProblem> found = new ArrayList<>();

  PlanProblems(RunSpec run, ClusterProfile cluster, Optional<Partition> partition, Phase main) {
    this.run = run;
    this.cluster = cluster;
    this.partition = partition;
    this.main = main;
  }

  /**
   * What they are judged by.
   *
   * @param shortages one for each phase that does not fit
   * @param forecast where the speed is known
   */
  record Figures(
      long iterations,
      List<Shortage> shortages,
      CheckpointPlan checkpoint,
      Optional<Forecast> forecast) {}

  /** Memory that the fullest device of a phase needs, and what it has. */
  record Shortage(long neededBytes, OptionalLong deviceBytes) {}

  List<PlanProblem> of(Figures figures) {
    site();
    figures.shortages().stream().findFirst().ifPresent(this::memory);
    figures.forecast().ifPresent(this::budget);
    saves(figures);
    space(figures.checkpoint());
    return found;
  }

  private void site() {
    if (!run.cluster().equals(cluster.name())) {
      add(
          Code.OTHER_CLUSTER,
          "spec.cluster",
          "the run is for " + run.cluster() + ", this plan is for " + cluster.name(),
          "Plan with the profile of the run's cluster.");
    }
    if (partition.isEmpty()) {
      add(
          Code.UNKNOWN_PARTITION,
          "spec.resources.partition",
          cluster.name() + " has no such partition",
          "Choose one of its profile.");
      return;
    }
    int devices = partition.get().devicesPerNode();
    int asked = run.resources().gpusPerNode();
    if (asked > devices) {
      add(
          Code.TOO_FEW_DEVICES,
          "spec.resources.gpusPerNode",
          asked + " exceeds the " + devices + " devices of a node of " + cluster.name(),
          "Lower gpusPerNode or choose another cluster.");
    }
  }

  private void memory(Shortage shortage) {
    add(
        Code.MEMORY,
        "spec.parallelism",
        String.format(
            Locale.ROOT,
            "%.1f GB are needed on a device that has %.1f GB",
            shortage.neededBytes() / 1e9,
            shortage.deviceBytes().orElse(0) / 1e9),
        "Raise tensor or pipeline, lower the micro-batch, or checkpoint activations.");
  }

  private void budget(Forecast forecast) {
    double budget = run.budget().limit().hours();
    double needed = forecast.course().map(Course::gpuHours).orElseGet(forecast::gpuHours);
    if (needed > budget) {
      add(
          Code.BUDGET,
          "spec.budget.gpuHours",
          String.format(
              Locale.ROOT,
              "with validation, saves and failures it needs about %.0f GPU-hours, the budget has"
                  + " %.0f",
              needed,
              budget),
          "Raise the budget or train on fewer samples.");
    }
  }

  private void saves(Figures figures) {
    int every = figures.checkpoint().everyIterations();
    if (every > figures.iterations()) {
      add(
          Code.SAVES_LESS_THAN_ONCE,
          "spec.checkpoint.everyIterations",
          "it saves every " + every + " iterations, but has only " + figures.iterations(),
          "Save more often: a failure would lose everything.");
    }
    if (figures.forecast().isPresent() && figures.forecast().get().course().isEmpty()) {
      add(
          Code.NEVER_FINISHES,
          "spec.checkpoint.everyIterations",
          "failures come faster than it gets from one save to the next",
          "Save more often or train on fewer nodes.");
    }
    double interval = figures.checkpoint().intervalSeconds().orElse(0);
    if (!main.savesBeforeLimit() && interval > main.jobTime().toSeconds()) {
      add(
          Code.JOB_ENDS_BEFORE_SAVE,
          "spec.resources.timeLimit",
          "a job ends before its first save, so that the next one starts where it did",
          "Save more often, or set launcher.exitDuration: the trainer saves when it leaves.");
    }
  }

  private void space(CheckpointPlan checkpoint) {
    Optional<Space> space = cluster.spaceOf(main.spec().checkpoint().directory());
    if (space.isEmpty()) {
      return;
    }
    long bytes = checkpoint.keptBytes();
    long inodes = checkpoint.keptInodes();
    boolean full = bytes > space.get().bytes().orElse(Long.MAX_VALUE);
    boolean tooMany = inodes > space.get().inodes().orElse(Long.MAX_VALUE);
    if (full || tooMany) {
      add(
          Code.SPACE,
          "spec.checkpoint.keep",
          String.format(
              Locale.ROOT,
              "%d checkpoints need %.1f TB and %,d inodes, more than %s has",
              checkpoint.kept() + 1,
              bytes / 1e12,
              inodes,
              space.get().name()),
          "Keep fewer, or choose a larger space.");
    }
  }

  private void add(Code code, String path, String message, String advice) {
    found.add(new PlanProblem(code, path, message, advice));
  }
}
