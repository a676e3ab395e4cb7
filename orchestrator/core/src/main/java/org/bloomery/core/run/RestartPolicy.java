package org.bloomery.core.run;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.spec.RestartLimits;

/** Decides whether an ended attempt is followed by another; pure. */
final class RestartPolicy {
  /** After so many checkpoints in a row that could not be loaded, a person should look. */
  private static final int LOAD_FAILURES_MAX = 2;

  /** What a person is told whose run was ended by the budget. */
  static final String EXHAUSTED =
      "the allocation is used up: credit it, then let the run go on with bloomery resume";

  private final Ended ended;
  private final RestartLimits limits;
  private final Duration nodeFailGrace;
  private final Instant now;

  private RestartPolicy(Ended ended, RestartLimits limits, Duration nodeFailGrace, Instant now) {
    this.ended = ended;
    this.limits = limits;
    this.nodeFailGrace = nodeFailGrace;
    this.now = now;
  }

  /**
   * An attempt that is over.
   *
   * @param trained whether it logged at least one training record
   * @param failures by cause since the last real progress, this end included
   */
  record Ended(
      Attempt attempt,
      EndCause cause,
      boolean trained,
      Failures failures,
      Optional<Request> request) {}

  /** What comes next, with its reason. */
  record Turn(List<RunEvent> facts, String why) {}

  /**
   * What follows.
   *
   * @param nodeFailGrace how long processes may live on where a node was lost
   */
  static Turn next(Ended ended, RestartLimits limits, Duration nodeFailGrace, Instant now) {
    return new RestartPolicy(ended, limits, nodeFailGrace, now).turn();
  }

  private Turn turn() {
    Optional<Request.Kind> asked = ended.request().map(Request::kind);
    if (asked.equals(Optional.of(Request.Kind.CANCEL))) {
      String by = ended.request().get().by();
      return new Turn(List.of(new RunEvent.RunFinished(Outcome.CANCELLED)), "cancelled by " + by);
    }
    if (ended.cause() == EndCause.COMPLETED) {
      return new Turn(
          List.of(new RunEvent.RunFinished(Outcome.SUCCEEDED)), "the training is complete");
    }
    if (asked.equals(Optional.of(Request.Kind.STOP))) {
      return held(HoldReason.STOPPED, "stopped by " + ended.request().get().by());
    }
    if (asked.equals(Optional.of(Request.Kind.EXHAUSTED))) {
      return held(HoldReason.BUDGET_EXHAUSTED, EXHAUSTED);
    }
    if (asked.equals(Optional.of(Request.Kind.SAVE)) && ended.cause() == EndCause.STOPPED) {
      return again(Duration.ZERO, "saved for " + ended.request().get().by() + ", goes on at once");
    }
    return byCause();
  }

  private Turn byCause() {
    return switch (ended.cause()) {
      case PREEMPTED -> again(Duration.ZERO, "preemption is free");
      case PLANNED_EXIT, TIME_LIMIT ->
          bounded(Duration.ZERO, "the training goes on in the next attempt");
      case STOPPED ->
          held(HoldReason.STOPPED, "the kill switch was set, and nobody asked for it here");
      case CANCELLED -> held(HoldReason.STOPPED, "the job was cancelled outside of Bloomery");
      case WRONG_START ->
          held(HoldReason.WRONG_START, "the training did not go on where its checkpoint ends");
      case DISK_FULL -> held(HoldReason.USER_ERROR, "no space is left where it writes");
      case CHECKPOINT_DAMAGED -> withoutItsCheckpoint();
      case USER_CODE ->
          ended.trained()
              ? bounded(backoff(), "the training code failed in mid-training")
              : held(HoldReason.USER_ERROR, "the training code failed before the first iteration");
      case COMPLETED -> throw new IllegalStateException("complete is handled before");
      // What still runs on the lost node writes only into its own attempt's directories; the
      // network and the file systems are given time to notice.
      case NODE_FAILURE ->
          bounded(longer(backoff(), nodeFailGrace), "restarts after a node failure");
      case GPU_FAULT,
          COMMUNICATION_FAULT,
          GPU_OUT_OF_MEMORY,
          HOST_OUT_OF_MEMORY,
          RANK_KILLED,
          HANG,
          PREFLIGHT,
          FENCED,
          NOT_BOUND,
          UNKNOWN ->
          bounded(backoff(), "restarts after " + ended.cause().words());
    };
  }

  private Turn withoutItsCheckpoint() {
    Optional<RunEvent> rejected =
        ended
            .attempt()
            .resumeFrom()
            .map(ref -> new RunEvent.CheckpointRejected(ref, "the trainer could not load it"));
    Turn turn =
        ended.failures().of(EndCause.CHECKPOINT_DAMAGED) > LOAD_FAILURES_MAX
            ? held(
                HoldReason.NO_USABLE_CHECKPOINT,
                LOAD_FAILURES_MAX + " checkpoints could not be loaded")
            : bounded(Duration.ZERO, "goes back to an older checkpoint");
    return rejected
        .map(
            fact ->
                new Turn(
                    java.util.stream.Stream.concat(
                            java.util.stream.Stream.of(fact), turn.facts().stream())
                        .toList(),
                    turn.why()))
        .orElse(turn);
  }

  private Turn bounded(Duration wait, String why) {
    int seen = ended.failures().of(ended.cause());
    int limit = limits.maximumFor(ended.cause());
    if (seen > limit) {
      return held(
          HoldReason.TOO_MANY_FAILURES,
          seen + " x " + ended.cause().words() + " without progress, the limit is " + limit);
    }
    if (ended.failures().total() > limits.maximumFailures()) {
      return held(
          HoldReason.TOO_MANY_FAILURES,
          ended.failures().total()
              + " ends without progress, the limit is "
              + limits.maximumFailures());
    }
    return again(wait, why);
  }

  private Turn again(Duration wait, String why) {
    String when = wait.isZero() ? "" : " in " + wait.toSeconds() + " s";
    return new Turn(List.of(new RunEvent.RunReady(now.plus(wait))), why + when);
  }

  private static Turn held(HoldReason reason, String detail) {
    return new Turn(List.of(new RunEvent.RunHeld(reason, detail)), "held: " + detail);
  }

  /** Doubles with every further failure of the same cause without progress. */
  private Duration backoff() {
    int doublings = Math.min(ended.failures().of(ended.cause()) - 1, 20);
    Duration wait = limits.backoff().first().multipliedBy(1L << doublings);
    Duration most = limits.backoff().maximum();
    return wait.compareTo(most) > 0 ? most : wait;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
