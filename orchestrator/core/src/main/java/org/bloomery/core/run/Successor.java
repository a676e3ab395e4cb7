package org.bloomery.core.run;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.GpuSeconds;

/**
 * The attempt after the current one, whose job is queued already so that it grows old in the queue.
 * What it trains, and whether it may, is decided only when the current attempt is settled; until
 * then it has no {@code go}, without which its job leaves by itself.
 *
 * @param jobSha256 of the script that its job starts with, in hex
 * @param excluded the nodes that its job may not get
 * @param reserved what the budget holds back for it; zero once it is over
 * @param job known once it was seen at the resource manager
 * @param dropped why it must not run; its job is taken out of the queue
 * @param over its job is over and billed, or there never was one; the number is used up
 */
public record Successor(
    int number,
    String jobSha256,
    List<String> excluded,
    GpuSeconds reserved,
    Instant plannedAt,
    Handover handover,
    Optional<JobKey> job,
    Optional<String> dropped,
    boolean over) {

  public Successor {
    excluded = List.copyOf(excluded);
  }

  static Successor planned(RunEvent.SuccessorPlanned fact, Instant at) {
    return new Successor(
        fact.attempt(),
        fact.jobSha256(),
        fact.excludedNodes(),
        fact.reserved(),
        at,
        Handover.first(at),
        Optional.empty(),
        Optional.empty(),
        false);
  }

  /** Whether it may still become the current attempt. */
  public boolean isBindable() {
    return dropped.isEmpty() && !over;
  }

  /** Whether it may still cost something: its bill is open. */
  public boolean isOpen() {
    return !over;
  }

  /** The attempt that it becomes, now that it is known what it trains. */
  Attempt bound(RunEvent.SuccessorBound fact, Optional<JobKey> after) {
    return new Attempt(
        number,
        fact.bodySha256(),
        fact.resumeFrom(),
        reserved,
        plannedAt,
        job,
        false,
        after,
        fact.excludedNodes());
  }

  Successor with(Handover next) {
    return new Successor(
        number, jobSha256, excluded, reserved, plannedAt, next, job, dropped, over);
  }

  Successor withJob(JobKey key) {
    return new Successor(
        number,
        jobSha256,
        excluded,
        reserved,
        plannedAt,
        handover,
        Optional.of(key),
        dropped,
        over);
  }

  Successor droppedFor(String why) {
    return new Successor(
        number, jobSha256, excluded, reserved, plannedAt, handover, job, Optional.of(why), over);
  }

  Successor settled() {
    return new Successor(
        number, jobSha256, excluded, GpuSeconds.ZERO, plannedAt, handover, job, dropped, true);
  }
}
