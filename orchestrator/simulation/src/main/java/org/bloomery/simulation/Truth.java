package org.bloomery.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.simulation.files.JobFiles;

/** How it really is with the jobs and the checkpoints, whatever anybody was told. */
final class Truth {
  /** Below this every attempt has a directory for its checkpoints. */
  static final String CHECKPOINTS = "/checkpoints";

  private final SlurmController slurm;
  private final SlurmDatabase accounting;
  private final JobFiles files;
  private final CheckpointLayout layout;
  private final List<SimulatedJob> trainings = new ArrayList<>();
  private final TreeSet<String> damaged = new TreeSet<>();

  Truth(SlurmController slurm, SlurmDatabase accounting, JobFiles files, CheckpointLayout layout) {
    this.slurm = slurm;
    this.accounting = accounting;
    this.files = files;
    this.layout = layout;
  }

  void trainingStarted(SimulatedJob training) {
    trainings.add(training);
  }

  /** All trainings that were ever begun. */
  List<SimulatedJob> trainings() {
    return trainings;
  }

  /** The row that accounting has, or will have, of an incarnation of a job. */
  Optional<SlurmDatabase.Row> row(JobKey key) {
    return accounting.rows().stream()
        .filter(row -> Integer.toString(row.job.id).equals(key.jobId()))
        .filter(row -> row.submit.getEpochSecond() == key.submitEpoch())
        .findFirst();
  }

  /**
   * Whether this incarnation of a job may still do something, other than on a node that is lost.
   *
   * @param hidden whether somebody may have been shown too little of the queue: accounting alone
   *     cannot tell that processes of a job live that is over
   */
  boolean lives(JobKey key, Instant now, Duration nodeFailGrace, boolean hidden) {
    return row(key)
        .filter(row -> row.submit.equals(row.job.submit) && !row.job.vanished)
        .map(row -> row.job)
        .filter(
            job ->
                !job.isOver()
                    || (job.isCompleting() && !hidden)
                    || isFreshLoss(job, now, nodeFailGrace))
        .isPresent();
  }

  private static boolean isFreshLoss(SlurmJob job, Instant now, Duration grace) {
    return job.state == SlurmJob.State.NODE_FAIL
        && now.isBefore(job.end.orElseThrow().plus(grace).minusSeconds(2));
  }

  /** Whether its user keeps a job in the queue. */
  boolean isHeld(JobKey key) {
    return row(key)
        .filter(row -> row.job.isPending() && row.job.held && !row.job.vanished)
        .isPresent();
  }

  SimulatedCheckpoint checkpoint(RunId run, CheckpointRef ref) {
    return new SimulatedCheckpoint(
        files,
        layout,
        AttemptDirectory.of(CHECKPOINTS, run, ref.attempt()),
        ref.attempt(),
        ref.iteration());
  }

  /** Somebody has laid hands on a checkpoint: from now on it need not be what its trainer saved. */
  void damage(String directory) {
    damaged.add(directory);
  }

  boolean isDamaged(SimulatedCheckpoint checkpoint) {
    return damaged.contains(checkpoint.directory());
  }

  SlurmController slurm() {
    return slurm;
  }

  SlurmDatabase accounting() {
    return accounting;
  }
}
