package org.bloomery.core.plan;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.bloomery.core.spec.RunSpec;

/**
 * What would happen if a run were started; what cannot be known yet is empty, not guessed.
 *
 * @param run the run's name
 * @param cluster the cluster's name
 * @param parameters of the model
 * @param worldSize devices of one attempt
 * @param dataParallel replicas of the model
 * @param iterations whole batches until the samples are used up
 * @param tokens consumed by them
 * @param flopsPerIteration at the full batch
 * @param memory on the fullest device
 * @param secondsPerIteration at the full batch
 * @param trainingSeconds of computing, restarts and saves not counted
 * @param gpuHours for that time
 * @param jobs how many attempts it takes if none fails
 * @param expectedEttr share of the time that is effective training, failures and saves counted
 */
public record Plan(
    String run,
    String cluster,
    long parameters,
    int worldSize,
    int dataParallel,
    long iterations,
    long tokens,
    double flopsPerIteration,
    MemoryEstimate memory,
    OptionalDouble secondsPerIteration,
    OptionalDouble trainingSeconds,
    OptionalDouble gpuHours,
    OptionalLong jobs,
    CheckpointPlan checkpoint,
    OptionalDouble expectedEttr,
    List<PlanProblem> problems) {

  public Plan {
    problems = List.copyOf(problems);
  }

  /**
   * One checkpoint.
   *
   * @param bytes of all its files
   * @param files in its directory
   * @param adviceIterations iterations between saves that lose the least time
   */
  public record CheckpointPlan(long bytes, long files, OptionalLong adviceIterations) {}

  /** Bytes on the fullest device. */
  public long memoryPerGpuBytes() {
    return memory.total();
  }

  /** The schedule at one iteration of a run, from 1 to its last. */
  public static SchedulePoint scheduleAt(RunSpec run, long iteration) {
    BatchSchedule schedule = BatchSchedule.of(run);
    long consumed = schedule.consumedSamples(iteration);
    return new SchedulePoint(
        iteration,
        consumed,
        consumed * run.model().sequenceLength(),
        schedule.globalBatch(iteration),
        LearningRateCurve.at(run.training().learningRate(), consumed));
  }
}
