package org.bloomery.core.run;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.EndCause;

/** Replays the facts of one record onto a run's state; the only place where a state changes. */
final class RunFold implements RunEvent.Cases<RunFold> {
  private final Run before;
  private final Instant at;
  private Phase phase;
  private Optional<Attempt> attempt;
  private Lineage lineage;
  private Optional<Request> request;
  private Failures failures;
  private GpuSeconds posted;
  private Optional<EndCause> lastCause;
  private OptionalLong lastIteration;

  private RunFold(Run before, Instant at) {
    this.before = before;
    this.at = at;
    phase = before.phase();
    attempt = before.attempt();
    lineage = before.lineage();
    request = before.request();
    failures = before.failures();
    posted = before.posted();
    lastCause = before.lastCause();
    lastIteration = before.lastIteration();
  }

  static Run first(RunRecord record) {
    if (record.version() != 1
        || record.facts().size() != 1
        || !(record.facts().get(0) instanceof RunEvent.RunSubmitted submitted)) {
      throw new IllegalStateException("a history starts with the submission, as version 1");
    }
    return new Run(
        submitted.run(),
        submitted.spec(),
        submitted.account(),
        new Phase.Ready(record.at()),
        Optional.empty(),
        Lineage.EMPTY,
        Optional.empty(),
        Failures.NONE,
        GpuSeconds.ZERO,
        Optional.empty(),
        OptionalLong.empty(),
        record.why(),
        record.at(),
        1);
  }

  static Run after(Run run, RunRecord record) {
    if (record.version() != run.version() + 1) {
      throw new IllegalStateException(
          run.id() + ": record " + record.version() + " cannot follow version " + run.version());
    }
    RunFold fold = new RunFold(run, record.at());
    for (RunEvent fact : record.facts()) {
      fold = fact.match(fold);
    }
    return new Run(
        run.id(),
        run.spec(),
        run.account(),
        fold.phase,
        fold.attempt,
        fold.lineage,
        fold.request,
        fold.failures,
        fold.posted,
        fold.lastCause,
        fold.lastIteration,
        record.why(),
        record.at(),
        record.version());
  }

  @Override
  public RunFold runSubmitted(RunEvent.RunSubmitted fact) {
    throw new IllegalStateException(before.id() + ": a second submission");
  }

  @Override
  public RunFold attemptPlanned(RunEvent.AttemptPlanned fact) {
    require(phase instanceof Phase.Ready, "an attempt is planned only while ready");
    require(fact.attempt() == before.nextAttempt(), "attempts are numbered without a gap");
    attempt =
        Optional.of(
            new Attempt(
                fact.attempt(),
                fact.bodySha256(),
                fact.resumeFrom(),
                fact.reserved(),
                at,
                Optional.empty(),
                false));
    return this;
  }

  @Override
  public RunFold submissionTried(RunEvent.SubmissionTried fact) {
    require(attempt.isPresent(), "a submission needs a recorded attempt");
    phase = new Phase.Submitting(at, fact.tries());
    return this;
  }

  @Override
  public RunFold jobAccepted(RunEvent.JobAccepted fact) {
    require(phase instanceof Phase.Submitting, "a job is accepted only while submitting");
    attempt = attempt.map(a -> a.withJob(fact.job()));
    phase = new Phase.Pending(at);
    return this;
  }

  @Override
  public RunFold jobStarted(RunEvent.JobStarted fact) {
    phase = new Phase.Running(fact.startedAt());
    return this;
  }

  @Override
  public RunFold checkpointSealed(RunEvent.CheckpointSealed fact) {
    long head = lineage.head().map(c -> c.ref().iteration()).orElse(0L);
    if (fact.checkpoint().ref().iteration() > head) {
      failures = Failures.NONE;
    }
    lineage = lineage.with(fact.checkpoint());
    return this;
  }

  @Override
  public RunFold checkpointRejected(RunEvent.CheckpointRejected fact) {
    lineage = lineage.without(fact.checkpoint());
    return this;
  }

  @Override
  public RunFold wrongStartSeen(RunEvent.WrongStartSeen fact) {
    attempt = attempt.map(Attempt::withWrongStart);
    return this;
  }

  @Override
  public RunFold jobEnded(RunEvent.JobEnded fact) {
    phase = new Phase.Ending(at);
    return this;
  }

  @Override
  public RunFold attemptEnded(RunEvent.AttemptEnded fact) {
    failures = failures.plus(fact.cause());
    lastCause = Optional.of(fact.cause());
    lastIteration = fact.lastIteration().isPresent() ? fact.lastIteration() : lastIteration;
    return this;
  }

  @Override
  public RunFold usagePosted(RunEvent.UsagePosted fact) {
    posted = posted.plus(fact.posting().charged());
    boolean own = fact.posting().attempt().equals(attempt.map(Attempt::number));
    attempt = own ? attempt.map(Attempt::withoutReservation) : attempt;
    return this;
  }

  @Override
  public RunFold runReady(RunEvent.RunReady fact) {
    return turnTo(new Phase.Ready(fact.notBefore()));
  }

  @Override
  public RunFold runHeld(RunEvent.RunHeld fact) {
    request = Optional.empty();
    return turnTo(new Phase.Held(fact.reason(), fact.detail()));
  }

  @Override
  public RunFold runFinished(RunEvent.RunFinished fact) {
    request = Optional.empty();
    return turnTo(new Phase.Finished(fact.outcome()));
  }

  @Override
  public RunFold requested(RunEvent.Requested fact) {
    request = Optional.of(new Request(fact.kind(), fact.by(), at));
    return this;
  }

  @Override
  public RunFold resumed(RunEvent.Resumed fact) {
    require(phase instanceof Phase.Held, "only a held run is resumed");
    failures = Failures.NONE;
    if (fact.from().isPresent()) {
      lineage = lineage.upTo(fact.from().getAsLong());
    }
    return turnTo(new Phase.Ready(at));
  }

  /** Between attempts nothing is held back, also for an attempt that never got a bill. */
  private RunFold turnTo(Phase next) {
    attempt = attempt.map(Attempt::withoutReservation);
    phase = next;
    return this;
  }

  private void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalStateException(
          before.id() + " version " + (before.version() + 1) + ": " + rule);
    }
  }
}
