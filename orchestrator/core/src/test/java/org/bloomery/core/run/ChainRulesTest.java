package org.bloomery.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.Verdict;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.junit.jupiter.api.Test;

/** The rules behind the table: when a job is queued ahead, and what becomes of it. */
class ChainRulesTest {
  private static final Instant LATE = Runs.T0.plusSeconds(3600);
  private static final GpuSeconds PLENTY = new GpuSeconds(1_000_000);
  private static final CheckpointRef FORTY = new CheckpointRef(1, 40);

  private final Run running = Runs.running(Runs.submitting());

  private static Decision decide(Run run, Seen seen, GpuSeconds budget) {
    return Reconciler.decide(run, seen, Runs.chained(budget), LATE);
  }

  /** A look at a job that trains and has done so many of its thousand iterations, in 0.8 s each. */
  private static Seen trains(long iterations) {
    return Runs.with(
        Runs.seen(Runs.known(Runs.job(1, JobState.RUNNING))),
        Runs.reading(1, iterations, EndCause.UNKNOWN));
  }

  private static Run ready(Run run, RunEvent... before) {
    Run ending = Runs.after(run, new RunEvent.JobEnded("over"));
    if (before.length > 0) {
      ending = Runs.after(ending, before);
    }
    return Runs.after(
        ending,
        Runs.attemptEnded(ending, EndCause.TIME_LIMIT),
        new RunEvent.UsagePosted(Runs.posting(ending)),
        new RunEvent.RunReady(Runs.T0));
  }

  private static Seen withVerified(Seen seen) {
    Map<CheckpointRef, Verdict> verified = new TreeMap<>();
    verified.put(FORTY, Runs.complete(40));
    return Runs.withVerified(seen, verified);
  }

  private static <T> T only(Decision decision, Class<T> type) {
    return decision.facts().stream()
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst()
        .orElseThrow(() -> new AssertionError(decision.toString()));
  }

  @Test
  void theNextJobIsQueuedWhileOneTrainsAndWorkWillBeLeft() {
    // The job has started ten seconds ago and may run for two hours: 7,190 s for 800 s of steps.
    assertThat(decide(running, trains(1), PLENTY).facts()).isEmpty();

    Seen slow = Runs.with(trains(1), Runs.slowReading(1, 9.0));
    Decision decision = decide(running, slow, PLENTY);

    assertThat(only(decision, RunEvent.SuccessorPlanned.class))
        .isEqualTo(new RunEvent.SuccessorPlanned(2, "job-2", Runs.RESERVATION, List.of()));
    assertThat(decision.effects()).containsExactly(new Effect.SubmitJob(2));
  }

  @Test
  void noJobIsQueuedAheadWhereThereIsNoNeedOrNoRoomForIt() {
    Seen slow = Runs.with(trains(1), Runs.slowReading(1, 9.0));
    GpuSeconds one = new GpuSeconds(2 * Runs.RESERVATION.value() - 1);

    assertThat(decide(running, slow, one).facts()).isEmpty();
    assertThat(decide(running, slow, one).why()).contains("the budget has no room");
    assertThat(Reconciler.decide(running, slow, Runs.policy(), LATE).facts()).isEmpty();
    for (Request.Kind kind : List.of(Request.Kind.STOP, Request.Kind.CANCEL, Request.Kind.HOLD)) {
      Run asked = Runs.after(running, new RunEvent.Requested(kind, "ada"));
      assertThat(decide(asked, slow, PLENTY).facts()).as("%s", kind).isEmpty();
    }
    Run wrong = Runs.after(running, new RunEvent.WrongStartSeen(1, 7));
    assertThat(decide(wrong, slow, PLENTY).facts()).isEmpty();
  }

  @Test
  void noJobIsQueuedAheadBeyondTheSubmitLimit() {
    Seen slow =
        Runs.with(
            Runs.seen(
                Runs.known(
                    Runs.job(1, JobState.RUNNING),
                    Runs.job(7, JobState.COMPLETING),
                    Runs.job(8, JobState.COMPLETING))),
            Runs.slowReading(1, 9.0));
    Run knowing =
        Runs.after(
            running, new RunEvent.SurplusSeen(Runs.key(7)), new RunEvent.SurplusSeen(Runs.key(8)));

    assertThat(decide(knowing, slow, PLENTY).facts()).isEmpty();
    assertThat(decide(knowing, slow, PLENTY).why()).contains("no more jobs may be submitted");
  }

  @Test
  void anAttemptHasOneSuccessorAlsoIfThatIsOver() {
    Seen slow = Runs.with(trains(1), Runs.slowReading(1, 9.0));
    Run over = Runs.after(Runs.after(Runs.prepared(running), dropped()), notBound(2));

    assertThat(over.reserved()).isEqualTo(Runs.RESERVATION);
    assertThat(over.failures()).isEqualTo(Failures.NONE);
    assertThat(decide(over, slow, PLENTY).facts()).isEmpty();
    Run next = Runs.submitting(ready(over), Optional.empty());
    assertThat(next.attempt().orElseThrow().number()).isEqualTo(3);
    assertThat(next.successor()).isEmpty();
  }

  private static RunEvent dropped() {
    return new RunEvent.SuccessorDropped("test");
  }

  private static RunEvent notBound(int attempt) {
    return new RunEvent.AttemptEnded(
        attempt,
        EndCause.NOT_BOUND,
        List.of(),
        List.of(),
        java.util.OptionalLong.empty(),
        java.util.OptionalLong.empty(),
        0,
        0,
        Optional.empty());
  }

  @Test
  void aJobThatIsRefusedForGoodIsDroppedAndTheTrainingGoesOn() {
    Run prepared = Runs.prepared(running);
    Seen refused = Runs.withRefusal(trains(1), 2, new Refusal(false, "Invalid qos"));

    Decision decision = decide(prepared, refused, PLENTY);
    assertThat(only(decision, RunEvent.SuccessorDropped.class).why()).contains("Invalid qos");

    Run gone = Runs.after(prepared, decision.facts().toArray(RunEvent[]::new));
    assertThat(only(decide(gone, refused, PLENTY), RunEvent.AttemptEnded.class).attempt())
        .isEqualTo(2);
  }

  @Test
  void aJobThatIsNotTakenNowIsOfferedAgainAfterAWaitThatGrows() {
    Run prepared = Runs.prepared(running);
    Seen busy = Runs.withRefusal(trains(1), 2, new Refusal(true, "busy"));
    for (int minutes : List.of(1, 2, 4, 8, 15, 15)) {
      RunEvent.SuccessorDeferred deferred =
          only(decide(prepared, busy, PLENTY), RunEvent.SuccessorDeferred.class);
      assertThat(deferred.until()).isEqualTo(LATE.plus(Duration.ofMinutes(minutes)));
      prepared = Runs.after(prepared, deferred);
      assertThat(decide(prepared, busy, PLENTY).facts()).isEmpty();
      prepared = Runs.after(prepared, new RunEvent.SuccessorTried(1));
    }
  }

  @Test
  void whatTheNextAttemptTrainsIsDecidedWhenItsTurnComes() {
    Run run = ready(Runs.queuedBehind(running), new RunEvent.CheckpointSealed(Runs.sealed(1, 40)));
    Seen seen = withVerified(Runs.seen(Runs.known(Runs.job(2, JobState.PENDING))));

    Decision decision = decide(run, seen, PLENTY);

    RunEvent.SuccessorBound bound = only(decision, RunEvent.SuccessorBound.class);
    assertThat(bound.resumeFrom()).contains(FORTY);
    assertThat(bound.bodySha256()).isEqualTo("body-2-40");
    assertThat(decision.effects())
        .containsExactly(
            new Effect.WriteManifest(FORTY, Runs.manifest(40, "content of 40")),
            new Effect.BindAttempt(2));
    Run next = Runs.after(run, bound);
    assertThat(next.phase()).isInstanceOf(Phase.Pending.class);
    assertThat(next.attempt().orElseThrow().job()).contains(Runs.key(2));
    assertThat(next.attempt().orElseThrow().after()).contains(Runs.key(1));
    assertThat(next.reserved()).isEqualTo(Runs.RESERVATION);
  }

  @Test
  void aJobInTheQueueIsKeptFromNodesThatFailedSince() {
    Run run = Runs.queuedBehind(running);
    Run ending = Runs.after(run, new RunEvent.JobEnded("over"));
    Run failed =
        Runs.after(
            ending,
            Runs.blaming(1, EndCause.NODE_FAILURE, "n3"),
            new RunEvent.UsagePosted(Runs.posting(ending)),
            new RunEvent.RunReady(Runs.T0));

    Decision queued = decide(failed, Runs.seen(Runs.known(Runs.job(2, JobState.PENDING))), PLENTY);
    Decision onIt = decide(failed, Runs.seen(Runs.known(onNode("n3"))), PLENTY);
    Decision elsewhere = decide(failed, Runs.seen(Runs.known(onNode("n4"))), PLENTY);

    assertThat(only(queued, RunEvent.SuccessorBound.class).excludedNodes()).containsExactly("n3");
    assertThat(queued.effects())
        .containsExactly(
            new Effect.ExcludeNodes(Runs.key(2), List.of("bad0", "n3")), new Effect.BindAttempt(2));
    assertThat(only(onIt, RunEvent.SuccessorDropped.class).why()).contains("n3");
    assertThat(elsewhere.effects()).containsExactly(new Effect.BindAttempt(2));
  }

  private static JobView onNode(String node) {
    JobView job = Runs.job(2, JobState.RUNNING);
    return new JobView(
        job.key(),
        job.jobName(),
        job.attempt(),
        job.state(),
        job.detail(),
        job.end(),
        job.held(),
        job.startedAt(),
        List.of(node),
        job.usage());
  }

  @Test
  void aJobThatWasQueuedWithAnotherScriptIsOfNoUse() {
    Run prepared =
        Runs.after(
            running,
            new RunEvent.SuccessorPlanned(2, "older", Runs.RESERVATION, List.of()),
            new RunEvent.SuccessorAccepted(Runs.key(2)));

    Decision decision =
        decide(ready(prepared), Runs.seen(Runs.known(Runs.job(2, JobState.PENDING))), PLENTY);

    assertThat(only(decision, RunEvent.SuccessorDropped.class).why())
        .isEqualTo("its job was queued with another script");
  }

  @Test
  void aJobThatHasLeftIsNotToldToGoHoweverLateItsBillComes() {
    JobView over = Runs.job(2, JobState.ENDED);
    JobView unbilled =
        new JobView(
            over.key(),
            over.jobName(),
            over.attempt(),
            over.state(),
            over.detail(),
            over.end(),
            false,
            over.startedAt(),
            over.nodes(),
            Optional.empty());

    Decision decision =
        decide(ready(Runs.queuedBehind(running)), Runs.seen(Runs.known(unbilled)), PLENTY);

    assertThat(decision.facts())
        .containsExactly(new RunEvent.SuccessorDropped("its job has left already"));
    assertThat(decision.effects()).isEmpty();
  }

  @Test
  void aBudgetThatWasOverdrawnMeanwhileLetsNothingGo() {
    Run run = ready(Runs.queuedBehind(running));
    Seen seen = Runs.seen(Runs.known(Runs.job(2, JobState.PENDING)));
    GpuSeconds enough = new GpuSeconds(Runs.RESERVATION.value() + 100);

    assertThat(decide(run, seen, enough).effects()).containsExactly(new Effect.BindAttempt(2));
    Decision refused = decide(run, seen, new GpuSeconds(enough.value() - 1));
    assertThat(only(refused, RunEvent.RunHeld.class).reason())
        .isEqualTo(HoldReason.BUDGET_EXHAUSTED);
    assertThat(refused.effects()).isEmpty();
  }

  /** The leader may die between the record and the files: the next one looks for the go. */
  @Test
  void aBoundJobIsToldToGoUntilItIs() {
    Run bound =
        Runs.after(
            ready(Runs.queuedBehind(running)),
            new RunEvent.SuccessorBound(2, "body", Optional.empty(), List.of()));
    for (JobState state : List.of(JobState.PENDING, JobState.RUNNING)) {
      Seen seen = Runs.seen(Runs.known(Runs.job(2, state)));
      assertThat(decide(bound, Runs.withoutGo(seen), PLENTY).effects())
          .containsExactly(new Effect.BindAttempt(2));
      assertThat(decide(bound, seen, PLENTY).effects()).isEmpty();
    }
  }

  @Test
  void aJobThatIsHeldWithoutOurWishWaitsForAPersonWhoIsToldSo() {
    Run pending = Runs.pending(Runs.submitting());
    Run released = Runs.after(pending, new RunEvent.Requested(Request.Kind.RELEASE, "ada"));
    Seen held = Runs.seen(Runs.known(held(Runs.job(1, JobState.PENDING))));

    Decision decision = decide(pending, held, PLENTY);
    assertThat(decision.facts()).isEmpty();
    assertThat(decision.effects()).isEmpty();
    assertThat(decision.why()).contains("bloomery release " + pending.id() + " lets it go");
    assertThat(decide(released, held, PLENTY).effects())
        .containsExactly(new Effect.ReleaseJob(Runs.key(1)));
  }

  private static JobView held(JobView job) {
    return new JobView(
        job.key(),
        job.jobName(),
        job.attempt(),
        job.state(),
        job.detail(),
        job.end(),
        true,
        job.startedAt(),
        job.nodes(),
        job.usage());
  }

  @Test
  void aPreparedJobThatIsMissingIsGivenUpSoonerTheMoreItIsNeeded() {
    Run waiting = ready(Runs.queuedBehind(running));
    Seen absent = Runs.seen(Runs.known());
    Seen.Absence few = new Seen.Absence(3, Duration.ofSeconds(90));

    assertThat(decide(waiting, Runs.with(absent, 2, few), PLENTY).facts())
        .hasOnlyElementsOfType(RunEvent.SuccessorDropped.class);
    Run queued = Runs.queuedBehind(running);
    assertThat(decide(queued, Runs.with(trains(1), 2, few), PLENTY).facts()).isEmpty();
    Seen.Absence many = new Seen.Absence(20, Duration.ofHours(2));
    assertThat(decide(queued, Runs.with(trains(1), 2, many), PLENTY).facts())
        .hasOnlyElementsOfType(RunEvent.SuccessorDropped.class);
  }

  /** It may have started and used devices before it was gone; accounting can be hours late. */
  @Test
  void aPreparedJobThatWasGivenUpIsBilledOnceAccountingShowsIt() {
    Run dropped = Runs.after(ready(Runs.queuedBehind(running)), dropped());
    Seen absent =
        Runs.with(Runs.seen(Runs.known()), 2, new Seen.Absence(3, Duration.ofSeconds(90)));

    Decision gone = decide(dropped, absent, PLENTY);

    assertThat(only(gone, RunEvent.AttemptEnded.class).attempt()).isEqualTo(2);
    Run given = Runs.after(dropped, gone.facts().toArray(RunEvent[]::new));
    assertThat(given.hasOpenBills()).isTrue();
    Decision shown = decide(given, Runs.seen(Runs.known(Runs.job(2, JobState.ENDED))), PLENTY);
    assertThat(only(shown, RunEvent.UsagePosted.class).posting().job()).isEqualTo(Runs.key(2));
    Run billed = Runs.after(given, only(shown, RunEvent.UsagePosted.class));
    assertThat(billed.hasOpenBills()).isFalse();
  }

  @Test
  void theFoldRefusesWhatWouldBreakTheChain() {
    Run queued = Runs.queuedBehind(running);
    Run waiting = ready(queued);

    assertThatThrownBy(() -> Runs.prepared(queued)).hasMessageContaining("one successor");
    assertThatThrownBy(() -> Runs.submitting(waiting, Optional.empty()))
        .hasMessageContaining("goes first");
    assertThatThrownBy(() -> Runs.prepared(waiting)).hasMessageContaining("while an attempt runs");
    Run dropped = Runs.after(waiting, dropped());
    RunEvent bound = new RunEvent.SuccessorBound(2, "body", Optional.empty(), List.of());
    assertThatThrownBy(() -> Runs.after(dropped, bound)).hasMessageContaining("may run");
    assertThatThrownBy(() -> Runs.after(queued, bound)).hasMessageContaining("while ready");
  }

  /** What is never told to train burns its start-up each time, and must end some day. */
  @Test
  void attemptsThatAreNotToldToGoAreBoundedByTheirOwnCount() {
    Run run = Runs.submitted();
    for (int i = 1; i <= Runs.MAXIMUM_FAILURES; i++) {
      run =
          Runs.ended(
              Runs.submitting(run, Optional.empty()),
              EndCause.NOT_BOUND,
              new RunEvent.RunReady(Runs.T0));
    }
    assertThat(run.failures().total()).isZero();
    Run ending = Runs.ending(Runs.submitting(run, Optional.empty()));
    Seen over =
        Runs.with(
            Runs.seen(Runs.known(Runs.job(4, JobState.ENDED))),
            Runs.readingWithoutTraining(EndCause.NOT_BOUND));

    assertThat(only(decide(ending, over, PLENTY), RunEvent.RunHeld.class).detail())
        .isEqualTo("4 x not bound without progress, the limit is 3");
  }

  @Test
  void afterANodeFailureTheNextAttemptWaitsForWhatMayLiveOn() {
    Run ending = Runs.ending(Runs.submitting());
    Seen over =
        Runs.with(
            Runs.seen(Runs.known(Runs.job(1, JobState.ENDED))),
            Runs.reading(1, 50, EndCause.NODE_FAILURE));

    assertThat(only(decide(ending, over, PLENTY), RunEvent.RunReady.class).notBefore())
        .isEqualTo(LATE.plus(Runs.NODE_FAIL_GRACE));
  }

  @Test
  void aSaveThatWasAskedForIsNoFailure() {
    Run ending = Runs.ending(Runs.submitting());
    Run asked = Runs.after(ending, new RunEvent.Requested(Request.Kind.SAVE, "ada"));
    Seen over =
        Runs.with(
            Runs.seen(Runs.known(Runs.job(1, JobState.ENDED))),
            Runs.reading(1, 50, EndCause.STOPPED));

    Decision decision = decide(asked, over, PLENTY);

    assertThat(only(decision, RunEvent.RunReady.class).notBefore()).isEqualTo(LATE);
    Run next = Runs.after(asked, decision.facts().toArray(RunEvent[]::new));
    assertThat(next.request()).isEmpty();
    assertThat(next.failures().total()).isZero();
    assertThat(only(decide(ending, over, PLENTY), RunEvent.RunHeld.class).reason())
        .isEqualTo(HoldReason.STOPPED);
  }
}
