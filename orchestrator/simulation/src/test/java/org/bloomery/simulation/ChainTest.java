package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bloomery.simulation.LoopWorld.SMALL;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunHistory;
import org.bloomery.core.run.Successor;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.simulation.FakeResourceManager.SubmitFault;
import org.bloomery.simulation.LoopWorld.Site;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: there is always a job in the queue behind the one that trains, and it trains only what is
 * decided when its turn comes. Method: the real loop on a cluster with a queue, in virtual time.
 */
final class ChainTest {
  /** What one attempt may be billed: 12 s, 1 s to be killed, 60 s of the scheduler's, 2 devices. */
  private static final long RESERVATION = 2 * (12 + 1 + 60);

  @TempDir private Path home;
  private LoopWorld world;
  private FakeResourceManager cluster;

  @BeforeEach
  void open() {
    open(Site.QUEUE);
  }

  private void open(Site site) {
    world = new LoopWorld(home, new InMemoryRunStore(), CrashPoints.none(), site);
    cluster = world.cluster();
  }

  /** Whatever happens, at most one job trains, and the bill is that of the scheduler. */
  @AfterEach
  void theBillIsRight() {
    Run run = world.run(SMALL);
    if (run.isFinished() && !run.hasOpenBills()) {
      assertThat(run.posted()).isEqualTo(cluster.used(SMALL));
      assertThat(run.reserved()).isEqualTo(GpuSeconds.ZERO);
    }
    assertThat(cluster.mostTrainings(SMALL)).isLessThanOrEqualTo(1);
    assertThat(world.store().verifyHistory(SMALL)).isEqualTo(run);
  }

  private Run untilQueued(int attempt) {
    return world.until(
        SMALL,
        run ->
            run.successor()
                .filter(next -> next.number() == attempt && next.job().isPresent())
                .isPresent());
  }

  /** Cause, first and last iteration of each attempt. */
  private List<String> attempts() {
    return world.history(SMALL).attempts().stream().map(ChainTest::words).toList();
  }

  private static String words(RunHistory.AttemptSummary attempt) {
    return attempt
        .end()
        .map(
            end ->
                "%d: %s, %d to %d"
                    .formatted(
                        attempt.number(),
                        end.cause().words(),
                        end.firstIteration().orElse(0),
                        end.lastIteration().orElse(0)))
        .orElse(attempt.number() + ": open");
  }

  private static Successor successor(Run run) {
    return run.successor().orElseThrow();
  }

  @Test
  void aLongTrainingIsAChainOfJobsThatGrowOldBehindEachOther() {
    for (int attempt = 2; attempt <= 4; attempt++) {
      cluster.plot(attempt, JobPlot.NORMAL.queuedFor(Duration.ofSeconds(7)));
    }
    world.submit(SMALL);
    world.untilPhase(SMALL, "succeeded");

    assertThat(attempts())
        .containsExactly(
            "1: time limit, 1 to 9",
            "2: time limit, 10 to 17",
            "3: time limit, 18 to 25",
            "4: completed, 26 to 30");
    List<RunHistory.AttemptSummary> attempts = world.history(SMALL).attempts();
    for (int i = 1; i < attempts.size(); i++) {
      Instant end = attempts.get(i - 1).posting().orElseThrow().end();
      Instant start = attempts.get(i).posting().orElseThrow().start();
      assertThat(Duration.between(end, start)).isLessThan(Duration.ofSeconds(2));
    }
    assertThat(cluster.jobCount()).isEqualTo(4);
  }

  @Test
  void whatAPreparedJobTrainsIsNotDecidedWhileAnotherOneTrains() {
    world.submit(SMALL);
    Run run = untilQueued(2);
    Path prepared = world.attemptDirectory(SMALL, 2);

    assertThat(run.phase().word()).isEqualTo("running");
    assertThat(run.reserved()).isEqualTo(new GpuSeconds(2 * RESERVATION));
    assertThat(prepared.resolve(AttemptFiles.JOB_SCRIPT)).exists();
    world.until(SMALL, now -> now.attempt().orElseThrow().number() == 2);
    assertThat(cluster.view(SMALL, 1).state()).isEqualTo(JobState.ENDED);
    assertThat(world.history(SMALL).attempts().get(0).end()).isPresent();
  }

  @Test
  void aPreparedJobHasNoGoUntilTheOneBeforeItIsOver() {
    world.submit(SMALL);
    untilQueued(2);
    Path prepared = world.attemptDirectory(SMALL, 2);

    while (cluster.view(SMALL, 1).state() != JobState.ENDED) {
      assertThat(prepared.resolve(AttemptFiles.GO)).doesNotExist();
      assertThat(prepared.resolve(AttemptFiles.BODY_SCRIPT)).doesNotExist();
      world.tick();
    }
    world.untilIteration(SMALL, 2, 10);
    assertThat(prepared.resolve(AttemptFiles.GO)).exists();
  }

  /** The log said that there was more to do than there was. */
  @Test
  void aPreparedJobIsTakenOutOfTheQueueWhenTheTrainingIsComplete() {
    open(Site.QUEUE.with("timeLimit: 30m", "timeLimit: 40s"));
    cluster.plot(1, JobPlot.NORMAL.logging(3));
    world.submit(SMALL);
    untilQueued(2);

    world.untilPhase(SMALL, "succeeded");
    Run run = world.until(SMALL, now -> !now.hasOpenBills());

    assertThat(attempts()).containsExactly("1: completed, 1 to 30", "2: not bound, 0 to 0");
    assertThat(successor(run).dropped()).contains("the run is over");
    assertThat(cluster.view(SMALL, 2).detail()).isEqualTo("CANCELLED");
  }

  @Test
  void aStopTakesThePreparedJobOutOfTheQueueAndAResumeStartsAnotherAttempt() {
    world.submit(SMALL);
    untilQueued(2);
    world.stop(SMALL);

    Run held = world.untilPhase(SMALL, "held");
    assertThat(cluster.view(SMALL, 2).detail()).isEqualTo("CANCELLED");
    assertThat(held.reserved()).isEqualTo(GpuSeconds.ZERO);
    assertThat(world.run(SMALL).failures().total()).isZero();

    world.resume(SMALL);
    world.untilPhase(SMALL, "succeeded");
    assertThat(attempts().get(1)).isEqualTo("2: not bound, 0 to 0");
    assertThat(attempts().get(2)).startsWith("3: time limit");
  }

  @Test
  void aCancelEndsBothJobs() {
    world.submit(SMALL);
    untilQueued(2);
    world.cancel(SMALL);

    world.untilPhase(SMALL, "cancelled");
    world.until(SMALL, run -> !run.hasOpenBills());

    assertThat(cluster.view(SMALL, 1).state()).isEqualTo(JobState.ENDED);
    assertThat(cluster.view(SMALL, 2).state()).isEqualTo(JobState.ENDED);
  }

  @Test
  void aBudgetWithRoomForOneReservationHasNoJobWaiting() {
    open(Site.QUEUE.with("gpuHours: 5", "gpuHours: 0.08"));
    world.submit(SMALL);
    world.untilPhase(SMALL, "running");
    world.ticks(3);
    assertThat(world.thought(SMALL)).contains("the budget has no room for another one");

    world.untilPhase(SMALL, "succeeded");
    assertThat(attempts()).hasSize(4);
    assertThat(cluster.jobCount()).isEqualTo(4);
    assertBudget(new GpuSeconds(288));
  }

  /** The scheduler bills more than it may; what was reserved for the next attempt is given back. */
  @Test
  void aBudgetThatIsUsedUpMeanwhileDropsThePreparedJob() {
    open(Site.QUEUE.with("gpuHours: 5", "gpuHours: 0.09"));
    cluster.plot(1, JobPlot.NORMAL.billedLate(Duration.ofSeconds(90)));
    world.submit(SMALL);
    untilQueued(2);

    Run held = world.untilPhase(SMALL, "held");
    assertThat(((Phase.Held) held.phase()).reason()).isEqualTo(HoldReason.BUDGET_EXHAUSTED);
    Run run = world.until(SMALL, now -> !now.hasOpenBills());
    assertThat(successor(run).dropped()).contains("the run is held");
    assertThat(run.reserved()).isEqualTo(GpuSeconds.ZERO);
    assertBudget(new GpuSeconds(324));
  }

  /** Posted, reserved and new together, at every intent, with both reservations counted. */
  private void assertBudget(GpuSeconds budget) {
    for (Run run : world.states(SMALL)) {
      boolean intent = run.phase() instanceof Phase.Submitting || run.successor().isPresent();
      if (intent && !run.reserved().equals(GpuSeconds.ZERO) && run.mayHaveJob()) {
        assertThat(run.committedWith(GpuSeconds.ZERO)).isLessThanOrEqualTo(budget);
      }
    }
  }

  @Test
  void aHoldKeepsTheQueuedJobAndAReleaseLetsTheSameOneGoOn() {
    world.submit(SMALL);
    untilQueued(2);
    world.hold(SMALL);

    Run held = world.untilPhase(SMALL, "held");
    world.ticks(20);
    assertThat(((Phase.Held) held.phase()).reason()).isEqualTo(HoldReason.HELD);
    assertThat(attempts()).containsExactly("1: time limit, 1 to 9", "2: open");
    assertThat(cluster.view(SMALL, 2).held()).isTrue();
    assertThat(cluster.view(SMALL, 2).state()).isEqualTo(JobState.PENDING);

    world.release(SMALL);
    world.untilPhase(SMALL, "succeeded");
    assertThat(attempts()).startsWith("1: time limit, 1 to 9", "2: time limit, 10 to 17");
    assertThat(world.run(SMALL).request()).isEmpty();
    assertThat(cluster.jobCount()).isEqualTo(4);
  }

  @Test
  void theOnlyJobIsHeldInTheQueueAndReleased() {
    cluster.plot(1, JobPlot.NORMAL.queuedFor(Duration.ofSeconds(5)));
    world.submit(SMALL);
    world.untilPhase(SMALL, "pending");
    world.hold(SMALL);
    world.ticks(20);
    assertThat(world.run(SMALL).phase().word()).isEqualTo("pending");
    assertThat(cluster.view(SMALL, 1).held()).isTrue();
    assertThat(world.thought(SMALL)).contains("keeps job job-1 in the queue, as asked");

    world.release(SMALL);
    world.untilPhase(SMALL, "running");
    assertThat(world.run(SMALL).request()).isEmpty();
  }

  /** Both are asked for before the loop has looked again at what the first has brought about. */
  @Test
  void aReleaseRightAfterAHoldLeavesNoJobBehind() {
    cluster.plot(1, JobPlot.NORMAL.queuedFor(Duration.ofSeconds(5)));
    world.submit(SMALL);
    world.untilPhase(SMALL, "pending");
    world.hold(SMALL);
    world.step();
    world.release(SMALL);
    world.step();

    world.untilPhase(SMALL, "running");
    assertThat(cluster.view(SMALL, 1).held()).isFalse();
  }

  @Test
  void aSaveGoesOnInTheJobThatWaits() {
    world.submit(SMALL);
    untilQueued(2);
    world.save(SMALL);
    world.until(SMALL, run -> run.attempt().orElseThrow().number() == 2);

    Run run = world.run(SMALL);
    assertThat(attempts().get(0)).startsWith("1: stopped, 1 to ");
    assertThat(run.attempt().orElseThrow().resumeFrom()).isPresent();
    assertThat(run.request()).isEmpty();
    assertThat(run.failures().total()).isZero();
    world.untilPhase(SMALL, "succeeded");
  }

  @Test
  void aSaveWithoutAWaitingJobGoesOnAtOnce() {
    open(Site.LOCAL);
    world.submit(SMALL);
    world.untilIteration(SMALL, 1, 7);
    world.save(SMALL);
    world.untilPhase(SMALL, "succeeded");

    assertThat(attempts()).hasSize(2);
    assertThat(attempts().get(0)).startsWith("1: stopped, 1 to ");
    assertThat(world.run(SMALL).posted())
        .as("nothing was done twice")
        .isEqualTo(cluster.used(SMALL));
  }

  @Test
  void aJobThatIsNotTakenNowIsOfferedAgainAndTheRunSaysWhy() {
    cluster.nextSubmission(SubmitFault.DEFERRED);
    cluster.nextSubmission(SubmitFault.DEFERRED);
    world.submit(SMALL);
    world.until(SMALL, run -> world.thought(SMALL).contains("QOSMaxSubmitJobPerUserLimit"));
    world.ticks(3);

    assertThat(world.run(SMALL).phase().word()).isEqualTo("submitting");
    assertThat(world.thought(SMALL)).contains("offers it again at");
    world.untilPhase(SMALL, "succeeded");
    assertThat(cluster.jobCount()).isEqualTo(4);
    // One minute, then two.
    assertThat(world.history(SMALL).attempts().get(0).startedAt().orElseThrow())
        .isAfter(LoopWorld.T0.plusSeconds(180));
  }

  @Test
  void aRunThatIsStoppedWhileItsJobIsNotTakenNeedsNoWaiting() {
    cluster.nextSubmission(SubmitFault.DEFERRED);
    world.submit(SMALL);
    world.until(SMALL, run -> world.thought(SMALL).contains("offers it again at"));
    world.stop(SMALL);
    world.tick();

    assertThat(world.run(SMALL).phase().word()).isEqualTo("held");
  }

  /** Nobody was there to tell it: it leaves by itself, is billed, and counts as no failure. */
  @Test
  void aPreparedJobThatNobodyTellsToGoLeavesByItself() {
    world.submit(SMALL);
    untilQueued(2);
    while (cluster.view(SMALL, 2).state() != JobState.ENDED) {
      world.sleep();
    }
    world.restart();
    world.untilPhase(SMALL, "succeeded");

    assertThat(attempts()).startsWith("1: time limit, 1 to 9", "2: not bound, 0 to 0");
    assertThat(attempts().get(2)).startsWith("3: time limit, 10 to");
    GpuSeconds waited = world.history(SMALL).attempts().get(1).posting().orElseThrow().charged();
    assertThat(waited).isEqualTo(new GpuSeconds(2 * 6));
  }

  @Test
  void aJobThatAnAdministratorRequeuesIsFencedBilledAndFollowedByTheNextAttempt() {
    world.submit(SMALL);
    untilQueued(2);
    cluster.requeue(SMALL, 1);
    world.untilPhase(SMALL, "succeeded");

    assertThat(attempts().get(0)).startsWith("1: preempted, 1 to ");
    assertThat(world.history(SMALL).surplusPostings())
        .singleElement()
        .satisfies(posting -> assertThat(posting.job().jobId()).isEqualTo("job-1"));
  }

  @Test
  void aPreparedJobThatTheSchedulerForgetsIsReplacedOnceTheRunNeedsIt() {
    world.submit(SMALL);
    untilQueued(2);
    cluster.lose(SMALL, 2);
    world.untilPhase(SMALL, "succeeded");

    assertThat(attempts()).startsWith("1: time limit, 1 to 9", "2: not bound, 0 to 0");
    assertThat(attempts().get(2)).startsWith("3: time limit, 10 to");
  }

  @Test
  void aNodeThatFailedIsLeftOutAlsoByTheJobThatHasItAlready() {
    cluster.plot(2, JobPlot.NORMAL.diesAfter(15, JobPlot.Death.NODE_LOST));
    world.submit(SMALL);
    world.untilPhase(SMALL, "succeeded");

    assertThat(attempts())
        .startsWith("1: time limit, 1 to 9", "2: node failure, 10 to 15", "3: not bound, 0 to 0");
    assertThat(world.history(SMALL).attempts().get(2).end().orElseThrow().evidence())
        .contains("dropped: its job has got node n1, which is excluded now");
    assertThat(cluster.view(SMALL, 4).nodes()).containsExactly("n2");
    assertThat(world.store().nodes("queue").node("n1").orElseThrow().failureCount()).isEqualTo(1);
  }

  @Test
  void aNodeThatFailsWhileTheNextJobIsStillQueuedIsTakenFromItsChoice() {
    cluster.plot(1, JobPlot.NORMAL.diesAfter(5, JobPlot.Death.NODE_LOST));
    cluster.plot(2, JobPlot.NORMAL.queuedFor(Duration.ofSeconds(30)));
    world.submit(SMALL);
    untilQueued(2);
    world.untilIteration(SMALL, 2, 1);

    assertThat(cluster.view(SMALL, 2).nodes()).containsExactly("n2");
    assertThat(attempts()).startsWith("1: node failure, 1 to 5", "2: open");
  }
}
