package org.bloomery.core.spec;

import java.time.Duration;

/**
 * A rehearsal of a run in half an hour: the smallest training that still has its tensor width, its
 * kind of node and all that surrounds it, on two nodes where the run has more than one, so that the
 * network is tried, too. BigScience kept such a job beside BLOOM's (train/tr11-176B-ml/
 * setup-test-n2.slurm) and ran it before it changed anything.
 *
 * @param name the run's, with an end that says so
 * @param samples of all its iterations
 * @param gpuHours for two attempts that run to the time limit
 */
record Canary(
    String name,
    int nodes,
    int pipeline,
    int layers,
    int globalBatch,
    long samples,
    Duration timeLimit,
    Duration exitDuration,
    long gpuHours) {

  /** Saves and validations come this often: twice. */
  static final int SAVE_EVERY = 5;

  private static final int ITERATIONS = 10;
  private static final String END = "-canary";
  private static final int NAME_MAX = 48;
  private static final Duration LIMIT = Duration.ofMinutes(30);

  /** For the start, the last save and the end of the job. */
  private static final Duration MARGIN = Duration.ofMinutes(5);

  /** The rehearsal of a run as it is after its last revision. */
  static Canary of(RunSpec run) {
    int tensor = run.parallelism().tensor();
    int perNode = run.resources().gpusPerNode();
    boolean staged = run.parallelism().pipeline() > 1 && run.model().layers() > 1;
    int nodes = Math.min(2, run.resources().nodes());
    int pipeline = staged ? 2 : 1;
    while (nodes * perNode % (tensor * pipeline) != 0 && nodes < run.resources().nodes()) {
      nodes++;
    }
    if (nodes * perNode % (tensor * pipeline) != 0) {
      pipeline = 1;
    }
    int replicas = nodes * perNode / (tensor * pipeline);
    // As many micro-batches as fill the pipeline twice, if the run has so many.
    int step = run.batch().micro() * replicas;
    int global = step * Math.max(1, Math.min(2 * pipeline, run.batch().global() / step));
    Duration limit = shorter(run.resources().timeLimit(), LIMIT);
    double hours = (double) nodes * perNode * limit.toSeconds() / 3600;
    return new Canary(
        name(run.name().value()),
        nodes,
        pipeline,
        Math.min(2, run.model().layers()),
        global,
        (long) ITERATIONS * global,
        limit,
        exitDuration(run, limit),
        (long) Math.ceil(2 * hours));
  }

  /** In whole minutes, as the trainer counts. */
  private static Duration exitDuration(RunSpec run, Duration limit) {
    Duration early = Duration.ofMinutes(Math.max(1, limit.minus(MARGIN).toMinutes()));
    return shorter(early, run.launcher().exitDuration().orElse(early));
  }

  private static String name(String run) {
    return run.substring(0, Math.min(run.length(), NAME_MAX - END.length())) + END;
  }

  /** A directory of its own beside the run's. */
  static String beside(String directory) {
    return directory.replaceAll("/+$", "") + END;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
