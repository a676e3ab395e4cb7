package org.bloomery.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.Sighting;
import org.bloomery.core.checkpoint.Verdict;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.observe.JobState;
import org.junit.jupiter.api.Test;

/** The rules behind the table: checkpoints, budgets, restarts and missing jobs. */
class ReconcilerTest {
  private static final Instant LATE = Runs.T0.plusSeconds(3600);

  private static Sighting sighting(long iteration, Duration unchangedFor) {
    return new Sighting(new CheckpointRef(1, iteration), Runs.complete(iteration), unchangedFor);
  }

  private static Decision decideRunning(Run running, List<Sighting> sightings) {
    Seen seen = Runs.seen(Runs.known(Runs.job(1, JobState.RUNNING)));
    seen = Runs.with(seen, Runs.reading(1, 50, EndCause.UNKNOWN));
    return Reconciler.decide(running, Runs.with(seen, sightings), Runs.policy(), LATE);
  }

  private static Decision decideEnding(Run ending, AttemptReading reading, List<Sighting> seen) {
    Seen looked = Runs.seen(Runs.known(Runs.job(1, JobState.ENDED)));
    return Reconciler.decide(
        ending, Runs.with(Runs.with(looked, reading), seen), Runs.policy(), LATE);
  }

  @Test
  void aCheckpointOfALiveJobIsSealedOnlyAfterTwoEqualScans() {
    Run running = Runs.running(Runs.submitting());

    Decision tooSoon = decideRunning(running, List.of(sighting(50, Duration.ofSeconds(59))));
    Decision atRest = decideRunning(running, List.of(sighting(50, Duration.ofSeconds(60))));

    assertThat(tooSoon.facts()).isEmpty();
    assertThat(atRest.facts()).hasOnlyElementsOfType(RunEvent.CheckpointSealed.class).hasSize(1);
    assertThat(atRest.effects()).hasOnlyElementsOfType(Effect.WriteManifest.class).hasSize(1);
  }

  @Test
  void aSealedCheckpointIsNotSealedAgainUnlessItWasRewritten() {
    Run sealed =
        Runs.after(
            Runs.running(Runs.submitting()), new RunEvent.CheckpointSealed(Runs.sealed(1, 50)));
    Sighting rewritten =
        new Sighting(
            new CheckpointRef(1, 50),
            new Verdict.Complete(Runs.manifest(50, "other content")),
            Duration.ofHours(1));

    assertThat(decideRunning(sealed, List.of(sighting(50, Duration.ofHours(1)))).facts()).isEmpty();
    assertThat(decideRunning(sealed, List.of(rewritten)).facts()).hasSize(1);
  }

  @Test
  void anIncompleteCheckpointIsNeverSealed() {
    Sighting partial =
        new Sighting(
            new CheckpointRef(1, 50),
            new Verdict.Incomplete(List.of("a shard is missing")),
            Duration.ofDays(1));

    assertThat(decideRunning(Runs.running(Runs.submitting()), List.of(partial)).facts()).isEmpty();
    Decision end =
        decideEnding(
            Runs.ending(Runs.submitting()),
            Runs.reading(1, 50, EndCause.NODE_FAILURE),
            List.of(partial));
    assertThat(end.facts()).noneMatch(f -> f instanceof RunEvent.CheckpointSealed);
  }

  @Test
  void theLastScanAfterTheJobSealsWithoutASecondLook() {
    Decision decision =
        decideEnding(
            Runs.ending(Runs.submitting()),
            Runs.reading(1, 50, EndCause.RANK_KILLED),
            List.of(sighting(40, Duration.ZERO)));

    assertThat(decision.facts().get(0)).isInstanceOf(RunEvent.CheckpointSealed.class);
    assertThat(decision.why())
        .isEqualTo(
            "sealed the checkpoint of iteration 40; attempt 1 ended: a rank was killed;"
                + " restarts after a rank was killed in 30 s");
  }

  @Test
  void anUnreadableCheckpointDelaysTheSettlement() {
    Sighting unreadable =
        new Sighting(
            new CheckpointRef(1, 50), new Verdict.Unreadable("Input/output error"), Duration.ZERO);

    Decision decision =
        decideEnding(
            Runs.ending(Runs.submitting()),
            Runs.reading(1, 50, EndCause.NODE_FAILURE),
            List.of(unreadable));

    assertThat(decision.facts()).isEmpty();
    assertThat(decision.why()).contains("Input/output error");
  }

  @Test
  void theNextAttemptStartsAtTheNewestIntactCheckpointAndSaysWhatItPassedOver() {
    Run run = readyWithSealed(20, 40);
    Map<CheckpointRef, Verdict> verified = new TreeMap<>();
    verified.put(
        new CheckpointRef(1, 40), new Verdict.Incomplete(List.of("an optimizer shard is missing")));
    verified.put(new CheckpointRef(1, 20), Runs.complete(20));

    Decision decision = decideReady(run, verified);

    RunEvent.AttemptPlanned planned = only(decision, RunEvent.AttemptPlanned.class);
    assertThat(planned.resumeFrom()).contains(new CheckpointRef(1, 20));
    assertThat(planned.bodySha256()).isEqualTo("body-2-20");
    RunEvent.CheckpointRejected rejected = only(decision, RunEvent.CheckpointRejected.class);
    assertThat(rejected.checkpoint()).isEqualTo(new CheckpointRef(1, 40));
    assertThat(decision.why()).contains("an optimizer shard is missing");
  }

  @Test
  void aTrainingWhoseLastIterationIsSealedNeedsNoFurtherAttempt() {
    Map<CheckpointRef, Verdict> verified = new TreeMap<>();
    verified.put(ref(Runs.ITERATIONS), Runs.complete(Runs.ITERATIONS));

    Decision decision = decideReady(readyWithSealed(Runs.ITERATIONS), verified);

    assertThat(only(decision, RunEvent.RunFinished.class).outcome()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(decision.effects()).isEmpty();
  }

  @Test
  void aCheckpointThatCannotBeLookedAtIsWaitedFor() {
    Map<CheckpointRef, Verdict> verified = new TreeMap<>();
    verified.put(new CheckpointRef(1, 40), new Verdict.Unreadable("stale file handle"));
    verified.put(new CheckpointRef(1, 20), Runs.complete(20));

    Decision decision = decideReady(readyWithSealed(20, 40), verified);

    assertThat(decision.facts()).isEmpty();
    assertThat(decision.why()).contains("stale file handle");
  }

  @Test
  void withoutAnIntactCheckpointTheRunIsHeldInsteadOfStartedFromScratch() {
    Map<CheckpointRef, Verdict> verified = new TreeMap<>();
    verified.put(new CheckpointRef(1, 20), new Verdict.Corrupt(List.of("truncated")));

    Decision decision = decideReady(readyWithSealed(20), verified);

    assertThat(only(decision, RunEvent.RunHeld.class).reason())
        .isEqualTo(HoldReason.NO_USABLE_CHECKPOINT);
    assertThat(decision.effects()).isEmpty();
  }

  @Test
  void anAttemptThatWouldOverdrawTheBudgetIsNotPlanned() {
    Run run = Runs.ended(Runs.submitting(), EndCause.NODE_FAILURE, new RunEvent.RunReady(Runs.T0));
    Seen seen = Runs.seen(Runs.known());
    GpuSeconds enough = new GpuSeconds(Runs.RESERVATION.value() + 100);
    GpuSeconds oneShort = new GpuSeconds(Runs.RESERVATION.value() + 99);

    assertThat(Reconciler.decide(run, seen, Runs.policy(enough), LATE).effects()).hasSize(1);
    Decision refused = Reconciler.decide(run, seen, Runs.policy(oneShort), LATE);
    assertThat(only(refused, RunEvent.RunHeld.class).reason())
        .isEqualTo(HoldReason.BUDGET_EXHAUSTED);
  }

  @Test
  void aTrainingThatStartsAtTheWrongIterationIsEndedAndHeld() {
    Run resumed = Runs.running(Runs.submitting(readyWithSealed(40), Optional.of(ref(40))));
    Seen seen =
        Runs.with(
            Runs.seen(Runs.known(Runs.job(2, JobState.RUNNING))),
            Runs.reading(1, 3, EndCause.UNKNOWN));

    Decision decision = Reconciler.decide(resumed, seen, Runs.policy(), LATE);

    RunEvent.WrongStartSeen wrong = only(decision, RunEvent.WrongStartSeen.class);
    assertThat(wrong).isEqualTo(new RunEvent.WrongStartSeen(41, 1));
    assertThat(decision.effects()).hasOnlyElementsOfType(Effect.CancelJob.class).hasSize(1);

    Run ending = Runs.after(Runs.after(resumed, wrong), new RunEvent.JobEnded("over"));
    Seen over =
        Runs.with(
            Runs.seen(Runs.known(Runs.job(2, JobState.ENDED))),
            Runs.reading(1, 3, EndCause.CANCELLED));
    Decision end = Reconciler.decide(ending, over, Runs.policy(), LATE);
    assertThat(only(end, RunEvent.RunHeld.class).reason()).isEqualTo(HoldReason.WRONG_START);
  }

  @Test
  void anAttemptThatStartedWrongLeavesNothingOnTheLineageAlsoIfNobodyLookedInTime() {
    Run ending = Runs.ending(Runs.submitting(readyWithSealed(40, 80), Optional.of(ref(80))));
    Seen over =
        Runs.with(
            Runs.seen(Runs.known(Runs.job(2, JobState.ENDED))),
            Runs.reading(1, 100, EndCause.PLANNED_EXIT));
    Sighting fromScratch =
        new Sighting(new CheckpointRef(2, 100), Runs.complete(100), Duration.ZERO);

    Decision decision =
        Reconciler.decide(ending, Runs.with(over, List.of(fromScratch)), Runs.policy(), LATE);

    assertThat(only(decision, RunEvent.RunHeld.class).reason()).isEqualTo(HoldReason.WRONG_START);
    assertThat(decision.facts()).noneMatch(f -> f instanceof RunEvent.CheckpointSealed);
  }

  @Test
  void aTrainingThatLogsEveryTenthIterationIsExpectedAtTheNextOne() {
    Attempt fromTheBeginning = Runs.submitting().attempt().orElseThrow();
    Attempt from45 =
        Runs.submitting(readyWithSealed(45), Optional.of(ref(45))).attempt().orElseThrow();

    assertThat(fromTheBeginning.expectedFirstIteration(10)).isEqualTo(10);
    assertThat(from45.expectedFirstIteration(1)).isEqualTo(46);
    assertThat(from45.expectedFirstIteration(10)).isEqualTo(50);
  }

  @Test
  void anOlderCheckpointOfAResumedAttemptIsNotSealed() {
    Run resumed = Runs.running(Runs.submitting(readyWithSealed(40), Optional.of(ref(40))));
    Seen seen = Runs.seen(Runs.known(Runs.job(2, JobState.RUNNING)));
    Sighting older = new Sighting(new CheckpointRef(2, 20), Runs.complete(20), Duration.ofHours(1));

    Decision decision =
        Reconciler.decide(resumed, Runs.with(seen, List.of(older)), Runs.policy(), LATE);

    assertThat(decision.facts()).isEmpty();
  }

  @Test
  void aFullLineageIsNotFilledAgainWithWhatItHasDropped() {
    Run running = Runs.running(Runs.submitting());
    List<Sighting> sightings = new ArrayList<>();
    for (long iteration = 1; iteration <= Lineage.SEALED_MAX + 30; iteration++) {
      sightings.add(sighting(iteration, Duration.ofHours(1)));
    }
    for (int records = 0; records < 10; records++) {
      Decision decision = decideRunning(running, sightings);
      if (decision.facts().isEmpty()) {
        break;
      }
      running = Runs.after(running, decision.facts().toArray(RunEvent[]::new));
    }

    assertThat(decideRunning(running, sightings).facts()).isEmpty();
    assertThat(running.lineage().head().orElseThrow().ref().iteration())
        .isEqualTo(Lineage.SEALED_MAX + 30L);
  }

  @Test
  void aRefusedSubmissionThatAPersonHasCancelledIsCancelled() {
    Run cancelled =
        Runs.after(Runs.submitting(), new RunEvent.Requested(Request.Kind.CANCEL, "ada"));
    Seen refused =
        Runs.withRefusal(Runs.seen(Runs.known()), 1, new Refusal(false, "Invalid account"));

    Decision decision = Reconciler.decide(cancelled, refused, Runs.policy(), LATE);

    assertThat(only(decision, RunEvent.RunFinished.class).outcome()).isEqualTo(Outcome.CANCELLED);
  }

  @Test
  void causesThatTakeTurnsAreBoundedTogether() {
    Run run = Runs.submitted();
    for (EndCause cause :
        List.of(EndCause.GPU_FAULT, EndCause.NODE_FAILURE, EndCause.COMMUNICATION_FAULT)) {
      run = Runs.ended(Runs.submitting(run, Optional.empty()), cause, ready());
    }
    Run ending = Runs.ending(Runs.submitting(run, Optional.empty()));
    Seen over =
        Runs.with(
            Runs.seen(Runs.known(Runs.job(4, JobState.ENDED))),
            Runs.reading(1, 50, EndCause.RANK_KILLED));

    Decision decision = Reconciler.decide(ending, over, Runs.policy(), LATE);

    assertThat(only(decision, RunEvent.RunHeld.class).detail())
        .isEqualTo("4 ends without progress, the limit is 3");
  }

  @Test
  void failuresOfOneCauseAreBoundedAndOnlyProgressForgivesThem() {
    Run run = Runs.submitted();
    for (int i = 1; i <= Runs.MAXIMUM_FAILURES; i++) {
      run = Runs.ended(Runs.submitting(run, Optional.empty()), EndCause.GPU_FAULT, ready());
    }
    Run ending = Runs.ending(Runs.submitting(run, Optional.empty()));
    AttemptReading fault = Runs.reading(1, 50, EndCause.GPU_FAULT);
    int attempt = ending.attempt().orElseThrow().number();
    Seen over = Runs.with(Runs.seen(Runs.known(Runs.job(attempt, JobState.ENDED))), fault);

    Decision noProgress = Reconciler.decide(ending, over, Runs.policy(), LATE);
    Sighting newer = new Sighting(new CheckpointRef(attempt, 40), Runs.complete(40), Duration.ZERO);
    Decision progress =
        Reconciler.decide(ending, Runs.with(over, List.of(newer)), Runs.policy(), LATE);

    assertThat(only(noProgress, RunEvent.RunHeld.class).detail())
        .isEqualTo("4 x GPU fault without progress, the limit is 3");
    assertThat(only(progress, RunEvent.RunReady.class).notBefore()).isEqualTo(LATE.plusSeconds(30));
  }

  @Test
  void theWaitBeforeARestartDoublesUpToItsMaximum() {
    Run run = Runs.submitted();
    for (int i = 1; i <= 2; i++) {
      run = Runs.ended(Runs.submitting(run, Optional.empty()), EndCause.GPU_FAULT, ready());
    }
    Run ending = Runs.ending(Runs.submitting(run, Optional.empty()));
    Seen over =
        Runs.with(
            Runs.seen(Runs.known(Runs.job(3, JobState.ENDED))),
            Runs.reading(1, 50, EndCause.GPU_FAULT));

    Decision decision = Reconciler.decide(ending, over, Runs.policy(), LATE);

    assertThat(only(decision, RunEvent.RunReady.class).notBefore())
        .isEqualTo(LATE.plusSeconds(120));
  }

  @Test
  void trainingCodeThatFailsBeforeItsFirstIterationIsNotRetried() {
    Run ending = Runs.ending(Runs.submitting());

    Decision early =
        decideEnding(ending, Runs.readingWithoutTraining(EndCause.USER_CODE), List.of());
    Decision later = decideEnding(ending, Runs.reading(1, 5, EndCause.USER_CODE), List.of());

    assertThat(only(early, RunEvent.RunHeld.class).reason()).isEqualTo(HoldReason.USER_ERROR);
    assertThat(only(later, RunEvent.RunReady.class)).isNotNull();
  }

  @Test
  void aCheckpointThatTheTrainerCouldNotLoadIsLeftAside() {
    Run ending = Runs.ending(Runs.submitting(readyWithSealed(20, 40), Optional.of(ref(40))));
    Seen over =
        Runs.with(
            Runs.seen(Runs.known(Runs.job(2, JobState.ENDED))),
            Runs.readingWithoutTraining(EndCause.CHECKPOINT_DAMAGED));

    Decision decision = Reconciler.decide(ending, over, Runs.policy(), LATE);

    assertThat(only(decision, RunEvent.CheckpointRejected.class).checkpoint()).isEqualTo(ref(40));
    assertThat(only(decision, RunEvent.RunReady.class)).isNotNull();
  }

  @Test
  void aJobIsLostOnlyAfterManyAnswersOverALongTime() {
    Run running = Runs.running(Runs.submitting());
    Seen absent = Runs.seen(Runs.known());

    for (Seen.Absence tooLittle :
        List.of(
            new Seen.Absence(19, Duration.ofDays(1)),
            new Seen.Absence(1000, Duration.ofMinutes(119)))) {
      Decision wait =
          Reconciler.decide(running, Runs.with(absent, 1, tooLittle), Runs.policy(), LATE);
      assertThat(wait.facts()).isEmpty();
    }
    Seen lost = Runs.with(absent, 1, new Seen.Absence(20, Duration.ofHours(2)));
    assertThat(only(Reconciler.decide(running, lost, Runs.policy(), LATE), RunEvent.JobEnded.class))
        .isNotNull();
  }

  @Test
  void aRefusedSubmissionHoldsTheRunWithTheResourceManagersWords() {
    Seen refused =
        Runs.withRefusal(Runs.seen(Runs.known()), 1, new Refusal(false, "Invalid account"));

    Decision decision = Reconciler.decide(Runs.submitting(), refused, Runs.policy(), LATE);

    assertThat(only(decision, RunEvent.RunHeld.class).detail()).contains("Invalid account");
  }

  @Test
  void ofTwoJobsOfOneAttemptTheFirstIsKeptAndTheOtherCancelled() {
    Run submitting = Runs.submitting();
    var first = Runs.job(1, JobState.PENDING);
    var second =
        new org.bloomery.core.observe.JobView(
            new org.bloomery.core.id.JobKey("local", "job-0", first.key().submitEpoch() + 5),
            Runs.JOB_NAME,
            Optional.of(1),
            JobState.PENDING,
            "PENDING",
            Optional.empty(),
            false,
            Optional.empty(),
            List.of(),
            Optional.empty());

    Seen both = Runs.seen(Runs.known(second, first));
    Decision accepted = Reconciler.decide(submitting, both, Runs.policy(), LATE);
    Run pending = Runs.after(submitting, accepted.facts().toArray(RunEvent[]::new));
    Decision decision = Reconciler.decide(pending, both, Runs.policy(), LATE);

    assertThat(only(accepted, RunEvent.JobAccepted.class).job()).isEqualTo(first.key());
    assertThat(decision.facts()).containsExactly(new RunEvent.SurplusSeen(second.key()));
    assertThat(decision.effects())
        .containsExactly(new Effect.CancelJob(second.key(), "it is no attempt's"));
  }

  @Test
  void aPostingConsumesTheReservationOfItsOwnAttempt() {
    Run ending = Runs.ending(Runs.submitting());
    assertThat(ending.reserved()).isEqualTo(Runs.RESERVATION);

    Decision decision = decideEnding(ending, Runs.reading(1, 50, EndCause.NODE_FAILURE), List.of());
    Run after = Runs.after(ending, decision.facts().toArray(RunEvent[]::new));

    assertThat(after.reserved()).isEqualTo(GpuSeconds.ZERO);
    assertThat(after.posted()).isEqualTo(new GpuSeconds(100));
  }

  private static RunEvent ready() {
    return new RunEvent.RunReady(Runs.T0);
  }

  private static CheckpointRef ref(long iteration) {
    return new CheckpointRef(1, iteration);
  }

  private static Run readyWithSealed(long... iterations) {
    Run run = Runs.running(Runs.submitting());
    for (long iteration : iterations) {
      run = Runs.after(run, new RunEvent.CheckpointSealed(Runs.sealed(1, iteration)));
    }
    run = Runs.after(run, new RunEvent.JobEnded("over"));
    return Runs.after(
        run,
        Runs.attemptEnded(run, EndCause.NODE_FAILURE),
        new RunEvent.UsagePosted(Runs.posting(run)),
        ready());
  }

  private static Decision decideReady(Run run, Map<CheckpointRef, Verdict> verified) {
    Seen seen = Runs.withVerified(Runs.seen(Runs.known()), verified);
    return Reconciler.decide(run, seen, Runs.policy(), LATE);
  }

  private static <F extends RunEvent> F only(Decision decision, Class<F> kind) {
    List<F> found = decision.facts().stream().filter(kind::isInstance).map(kind::cast).toList();
    assertThat(found).as("%s in %s", kind.getSimpleName(), decision).hasSize(1);
    return found.get(0);
  }
}
