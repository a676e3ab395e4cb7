package org.bloomery.core.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.EndCause;

/** Replays the facts of one record onto a run's state; the only place where a state changes. */
final class RunFold implements RunEvent.Cases<RunFold> {
  private final Run before;
  private final Instant at;
  private Phase phase;
  private Optional<Attempt> attempt;
  private Optional<Successor> successor;
  private Lineage lineage;
  private Optional<Request> request;
  private Failures failures;
  private GpuSeconds posted;
  private List<JobKey> billed;
  private List<JobKey> surplus;
  private List<Suspect> suspects;
  private Optional<EndCause> lastCause;
  private OptionalLong lastIteration;

  private RunFold(Run before, Instant at) {
    this.before = before;
    this.at = at;
    phase = before.phase();
    attempt = before.attempt();
    successor = before.successor();
    lineage = before.lineage();
    request = before.request();
    failures = before.failures();
    posted = before.posted();
    billed = before.billed();
    surplus = before.surplus();
    suspects = before.suspects();
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
        Optional.empty(),
        Lineage.EMPTY,
        Optional.empty(),
        Failures.NONE,
        GpuSeconds.ZERO,
        List.of(),
        List.of(),
        List.of(),
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
        fold.successor,
        fold.lineage,
        fold.request,
        fold.failures,
        fold.posted,
        fold.billed,
        fold.surplus,
        fold.suspects,
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
    require(!isBindable(), "a prepared attempt goes first");
    attempt =
        Optional.of(
            new Attempt(
                fact.attempt(),
                fact.bodySha256(),
                fact.resumeFrom(),
                fact.reserved(),
                at,
                Optional.empty(),
                false,
                attempt.flatMap(Attempt::job),
                fact.excludedNodes()));
    successor = Optional.empty();
    return this;
  }

  @Override
  public RunFold submissionTried(RunEvent.SubmissionTried fact) {
    require(attempt.isPresent(), "a submission needs a recorded attempt");
    Handover before = submitting().map(Phase.Submitting::handover).orElse(Handover.first(at));
    phase = Phase.Submitting.of(before.tried(at, fact.tries()));
    return this;
  }

  @Override
  public RunFold submissionDeferred(RunEvent.SubmissionDeferred fact) {
    require(submitting().isPresent(), "only a job that was handed over is turned away");
    Handover before = submitting().get().handover();
    phase = Phase.Submitting.of(before.deferred(fact.why(), fact.until()));
    return this;
  }

  private Optional<Phase.Submitting> submitting() {
    return phase instanceof Phase.Submitting now ? Optional.of(now) : Optional.empty();
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
  public RunFold successorPlanned(RunEvent.SuccessorPlanned fact) {
    require(phase instanceof Phase.Running, "a successor is prepared only while an attempt runs");
    require(successor.isEmpty(), "an attempt has one successor");
    require(fact.attempt() == before.nextAttempt(), "attempts are numbered without a gap");
    successor = Optional.of(Successor.planned(fact, at));
    return this;
  }

  @Override
  public RunFold successorTried(RunEvent.SuccessorTried fact) {
    return successor(now -> now.with(now.handover().tried(at, fact.tries())));
  }

  @Override
  public RunFold successorDeferred(RunEvent.SuccessorDeferred fact) {
    return successor(now -> now.with(now.handover().deferred(fact.why(), fact.until())));
  }

  @Override
  public RunFold successorAccepted(RunEvent.SuccessorAccepted fact) {
    return successor(now -> now.withJob(fact.job()));
  }

  @Override
  public RunFold successorDropped(RunEvent.SuccessorDropped fact) {
    return successor(now -> now.droppedFor(fact.why()));
  }

  private RunFold successor(UnaryOperator<Successor> change) {
    require(successor.map(Successor::isOpen).orElse(false), "there is no open successor");
    successor = successor.map(change);
    return this;
  }

  @Override
  public RunFold successorBound(RunEvent.SuccessorBound fact) {
    require(phase instanceof Phase.Ready, "a successor is bound only while ready");
    require(isBindable(), "only a successor that may run is bound");
    Successor bound = successor.orElseThrow();
    require(bound.number() == fact.attempt(), "the successor that was prepared is bound");
    attempt = Optional.of(bound.bound(fact, attempt.flatMap(Attempt::job)));
    phase = bound.job().isPresent() ? new Phase.Pending(at) : Phase.Submitting.of(bound.handover());
    successor = Optional.empty();
    return this;
  }

  private boolean isBindable() {
    return successor.map(Successor::isBindable).orElse(false);
  }

  @Override
  public RunFold surplusSeen(RunEvent.SurplusSeen fact) {
    surplus = appended(surplus, fact.job(), Run.SURPLUS_MAX);
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
    if (successor.filter(one -> one.number() == fact.attempt()).isPresent()) {
      // It has never trained: this is no failure of the training.
      successor = successor.map(Successor::settled);
      return this;
    }
    for (String node : fact.badNodes()) {
      Suspect suspect = new Suspect(node, fact.cause(), fact.attempt(), at);
      suspects = appended(suspects, suspect, Suspect.REMEMBERED_MAX);
    }
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
    JobKey job = fact.posting().job();
    require(!billed.contains(job), "a job is billed once");
    surplus = surplus.stream().filter(other -> !other.equals(job)).toList();
    billed = appended(billed, job, Run.BILLED_MAX);
    return this;
  }

  /** With one more at the end; the oldest ones give way. */
  private static <T> List<T> appended(List<T> list, T added, int most) {
    List<T> next = new ArrayList<>(list);
    next.add(added);
    return next.subList(Math.max(0, next.size() - most), next.size());
  }

  @Override
  public RunFold runReady(RunEvent.RunReady fact) {
    request = request.filter(asked -> asked.kind() != Request.Kind.SAVE);
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
  public RunFold requestMet(RunEvent.RequestMet fact) {
    request = Optional.empty();
    return this;
  }

  @Override
  public RunFold resumed(RunEvent.Resumed fact) {
    require(phase instanceof Phase.Held, "only a held run is resumed");
    // A hold may have kept a queued job, too.
    if (((Phase.Held) phase).reason() == HoldReason.HELD) {
      request = Optional.of(new Request(Request.Kind.RELEASE, fact.by(), at));
    }
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
