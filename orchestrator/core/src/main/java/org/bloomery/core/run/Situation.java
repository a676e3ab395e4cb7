package org.bloomery.core.run;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.budget.Purse;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;

/**
 * All that one decision rests on.
 *
 * @param purses what pays for the run besides its own budget, each of which must bear it
 */
record Situation(Run run, Seen seen, RunPolicy policy, List<Purse> purses, Instant now) {

  Situation(Run run, Seen seen, RunPolicy policy, Instant now) {
    this(run, seen, policy, List.of(), now);
  }

  /** Why the account does not bear so much more; empty if it does, or if nobody limits it. */
  Optional<String> refusal(GpuSeconds more) {
    return purses.stream().flatMap(purse -> purse.refusal(more).stream()).findFirst();
  }

  /** Why what trains must save and leave: nothing is left to pay it with. */
  Optional<String> exhaustion() {
    return purses.stream().flatMap(purse -> purse.exhaustion().stream()).findFirst();
  }

  Attempt attempt() {
    return run.attempt().orElseThrow();
  }

  /**
   * Of when that is which is seen of the jobs: never later than now, also where a clock was set
   * back.
   */
  Instant asOf() {
    Instant asOf = seen.jobs().asOf();
    return asOf.isBefore(now) ? asOf : now;
  }

  /** The jobs of the run that are shown; none also where nothing could be seen. */
  List<JobView> jobs() {
    return seen.jobs() instanceof Observation.Known known ? known.jobs() : List.of();
  }

  Optional<JobView> job(Optional<JobKey> key) {
    return jobs().stream().filter(job -> key.equals(Optional.of(job.key()))).findFirst();
  }

  /** The job that an attempt's number leads to: of several, the one that was submitted first. */
  Optional<JobView> firstJob(int attempt) {
    return jobs().stream()
        .filter(job -> job.attempt().equals(Optional.of(attempt)))
        .filter(job -> !run.isBilled(job.key()) && !run.surplus().contains(job.key()))
        .min(
            Comparator.comparingLong((JobView job) -> job.key().submitEpoch())
                .thenComparing(job -> job.key().jobId()));
  }

  /** Whether the job is missing from so many answers over so long that it is gone. */
  boolean isLost(JobKey job) {
    Seen.Absence absence = seen.absence(job);
    return absence.looks() >= policy.timings().lostLooks()
        && absence.span().compareTo(policy.timings().lostAfter()) >= 0;
  }

  /**
   * Whether a job belongs to an attempt that is not settled: the current one, or its successor.
   * While an attempt's job is not known, whatever its number leads to may be it.
   */
  boolean isOwn(JobView job) {
    boolean current = run.mayHaveJob() || run.phase() instanceof Phase.Ending;
    Optional<Attempt> attempt = run.attempt().filter(a -> current);
    Optional<Successor> successor = run.successor().filter(Successor::isOpen);
    return attempt.map(a -> isOf(job, a.number(), a.job())).orElse(false)
        || successor.map(s -> isOf(job, s.number(), s.job())).orElse(false);
  }

  private static boolean isOf(JobView job, int attempt, Optional<JobKey> known) {
    return known
        .map(key -> key.equals(job.key()))
        .orElse(job.attempt().equals(Optional.of(attempt)));
  }

  /** Whether a job is certainly alive; a state that is not known says nothing. */
  static boolean lives(JobView job) {
    return job.mayLive() && job.state() != JobState.UNRECOGNISED;
  }

  /** The request after which no further attempt starts, if a person made one. */
  Optional<Request> askedToEnd() {
    return run.asked(
        Request.Kind.STOP, Request.Kind.CANCEL, Request.Kind.EXHAUSTED, Request.Kind.HOLD);
  }
}
