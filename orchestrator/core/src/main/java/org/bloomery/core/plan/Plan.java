package org.bloomery.core.plan;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.bloomery.core.plan.CheckpointContents.FileClass;
import org.bloomery.core.spec.Sourced;

/**
 * What would happen if a run were started; what cannot be known yet is empty, not guessed. Where a
 * run has revisions, the figures of a single iteration or device are those of the longest phase.
 *
 * @param run the run's name
 * @param cluster the cluster's name
 * @param deviceType what the site calls its devices
 * @param parameters of the model
 * @param worldSize devices of one attempt
 * @param dataParallel replicas of the model
 * @param iterations whole batches until the samples are used up
 * @param samples consumed by them
 * @param tokens consumed by them
 * @param flopsPerIteration at the full batch
 * @param memoryPerGpuBytes on the fullest device
 * @param memory the same by what it holds
 * @param fullestStage where that device is
 * @param deviceMemoryBytes what a device has
 * @param secondsPerIteration at the full batch
 * @param trainingSeconds of computing, validation, restarts and saves not counted
 * @param gpuHours for that time
 * @param jobs how many attempts it takes if none fails
 * @param expectedEttr share of the time that is effective training, failures and saves counted
 * @param course how the training will go with all that interrupts it
 * @param phases one for each revision that it comes to
 */
public record Plan(
    String run,
    String cluster,
    Optional<String> deviceType,
    long parameters,
    int worldSize,
    int dataParallel,
    long iterations,
    long samples,
    long tokens,
    double flopsPerIteration,
    long memoryPerGpuBytes,
    MemoryEstimate memory,
    int fullestStage,
    OptionalLong deviceMemoryBytes,
    OptionalDouble secondsPerIteration,
    OptionalDouble trainingSeconds,
    OptionalDouble gpuHours,
    OptionalLong jobs,
    CheckpointPlan checkpoint,
    OptionalDouble expectedEttr,
    Recipe recipe,
    Topology topology,
    Optional<Speed> throughput,
    Failures failures,
    Optional<Course> course,
    Optional<EnergyEstimate> energy,
    List<PhasePlan> phases,
    List<PlanProblem> problems) {

  public Plan {
    phases = List.copyOf(phases);
    problems = List.copyOf(problems);
  }

  /**
   * The schedules in a few figures.
   *
   * @param rampUpIterations before the batch is full; zero without a ramp-up
   * @param warmupIterations after which the learning rate is at its peak
   * @param decayIterations after which it is at its minimum; the last one if it never gets there
   */
  public record Recipe(
      int firstBatch,
      int fullBatch,
      int microBatch,
      long rampUpIterations,
      double peak,
      double minimum,
      String decay,
      long warmupIterations,
      long decayIterations) {}

  /**
   * How fast, and why that is believed.
   *
   * @param model the basis in one stable word
   * @param tflopsPerGpu at the full batch, by the formula of the training's log
   * @param peakShare of what the maker promises
   * @param idleShare of the time in which a stage waits for the pipeline
   * @param exchangeSeconds at the end of each iteration, where a model says so
   * @param ruleOfThumbSeconds of the whole training by {@code 2 x passes x parameters x tokens},
   *     which leaves out attention and the head
   * @param calibration the published times that it rests on
   */
  public record Speed(
      String model,
      String why,
      double tflopsPerGpu,
      OptionalDouble peakShare,
      double idleShare,
      OptionalDouble exchangeSeconds,
      double ruleOfThumbSeconds,
      List<CalibrationPoint> calibration) {
    public Speed {
      calibration = List.copyOf(calibration);
    }
  }

  /**
   * One checkpoint, and all of them.
   *
   * @param bytes of all its files
   * @param files in its directory
   * @param adviceIterations iterations between saves that lose the least time, by Young
   * @param everyIterations between two saves
   * @param intervalSeconds the same in time
   * @param saveSeconds for which the training stands still
   * @param savedOverRun checkpoints that the training writes
   * @param kept of those, at its end
   * @param keptBytes for them and one that is being written
   * @param keptInodes files and directories for them and one that is being written
   * @param space the name of the space that they are in
   */
  public record CheckpointPlan(
      long bytes,
      long files,
      OptionalLong adviceIterations,
      int everyIterations,
      OptionalDouble intervalSeconds,
      double saveSeconds,
      double youngSeconds,
      double dalySeconds,
      OptionalLong dalyIterations,
      long savedOverRun,
      long kept,
      long keptBytes,
      long keptInodes,
      Optional<String> space,
      List<FileClass> contents) {
    public CheckpointPlan {
      contents = List.copyOf(contents);
    }
  }

  /**
   * What is expected to break.
   *
   * @param meanTimeToFailureSeconds of the whole job
   * @param spareNodes so many are away at once in no more than 1 % of the time
   */
  public record Failures(
      Sourced nodeFailuresPerDay,
      double meanTimeToFailureSeconds,
      Sourced restartSeconds,
      Sourced nodeAwayDays,
      int spareNodes) {}

  /**
   * The whole training with all that interrupts it, queueing not counted.
   *
   * @param wallSeconds from the first to the last job
   * @param validationSeconds of these
   * @param savingSeconds of these, in which the training stands still
   * @param lostSeconds of these, in restarts and in what has to be done again
   * @param failures how many
   */
  public record Course(
      double wallSeconds,
      double validationSeconds,
      double savingSeconds,
      double lostSeconds,
      double failures,
      double gpuHours,
      double lostGpuHours) {}

  /**
   * The part of a training for which one revision holds.
   *
   * @param secondsPerIteration at the largest batch that it comes to
   */
  public record PhasePlan(
      long firstIteration,
      long lastIteration,
      int nodes,
      int dataParallel,
      int microBatch,
      long memoryPerGpuBytes,
      OptionalDouble secondsPerIteration,
      OptionalDouble trainingSeconds,
      OptionalDouble gpuHours) {}
}
