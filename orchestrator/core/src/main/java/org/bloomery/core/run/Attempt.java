package org.bloomery.core.run;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.GpuSeconds;

/**
 * One try to run a training: at most one job that is not fenced.
 *
 * @param resumeFrom the checkpoint it starts from; empty means from the beginning
 * @param reserved what the budget holds back for it; zero once its bill is posted
 * @param job known once it was seen at the resource manager
 * @param wrongStart true once its first training record was seen not to follow its checkpoint
 * @param after the job of the attempt before it, if that had one
 * @param excluded the nodes that its job may not get, besides those of the spec
 */
public record Attempt(
    int number,
    String bodySha256,
    Optional<CheckpointRef> resumeFrom,
    GpuSeconds reserved,
    Instant plannedAt,
    Optional<JobKey> job,
    boolean wrongStart,
    Optional<JobKey> after,
    List<String> excluded) {

  public Attempt {
    excluded = List.copyOf(excluded);
  }

  /**
   * The iteration that its first training record must name: the first one after its checkpoint that
   * the trainer logs.
   */
  public long expectedFirstIteration(int logEvery) {
    long from = resumeFrom.map(CheckpointRef::iteration).orElse(0L);
    return (from / logEvery + 1) * logEvery;
  }

  /** Whether a log shows that the training did not go on where its checkpoint ends. */
  boolean startedWrong(OptionalLong firstIteration, int logEvery) {
    if (wrongStart) {
      return true;
    }
    return firstIteration.isPresent()
        && firstIteration.getAsLong() != expectedFirstIteration(logEvery);
  }

  Attempt withJob(JobKey key) {
    return new Attempt(
        number,
        bodySha256,
        resumeFrom,
        reserved,
        plannedAt,
        Optional.of(key),
        wrongStart,
        after,
        excluded);
  }

  Attempt withWrongStart() {
    return new Attempt(
        number, bodySha256, resumeFrom, reserved, plannedAt, job, true, after, excluded);
  }

  Attempt withoutReservation() {
    return new Attempt(
        number,
        bodySha256,
        resumeFrom,
        GpuSeconds.ZERO,
        plannedAt,
        job,
        wrongStart,
        after,
        excluded);
  }
}
