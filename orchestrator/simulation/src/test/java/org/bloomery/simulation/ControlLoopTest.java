package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bloomery.simulation.LoopWorld.SMALL;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunHistory;
import org.bloomery.core.script.AttemptFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One run through the whole loop: real decisions, effects and files, in virtual time. */
final class ControlLoopTest {
  @TempDir private Path home;
  private LoopWorld world;
  private FakeResourceManager cluster;

  @BeforeEach
  void open() {
    world = new LoopWorld(home, new InMemoryRunStore());
    cluster = world.cluster();
  }

  @Test
  void aRunGoesFromItsSubmissionToItsSettledBill() {
    world.submit(SMALL);

    Run run = world.untilPhase(SMALL, "succeeded");

    RunHistory.AttemptSummary attempt = onlyAttempt();
    assertThat(cause(attempt)).isEqualTo(EndCause.COMPLETED);
    assertThat(attempt.end().orElseThrow().firstIteration()).hasValue(1);
    assertThat(attempt.end().orElseThrow().lastIteration()).hasValue(LoopWorld.TARGET);
    assertThat(lineage(run)).containsExactly(10L, 20L, 30L);
    // Thirty iterations of one second on two devices.
    assertThat(run.posted()).isEqualTo(new GpuSeconds(60));
    assertThat(run.reserved()).isEqualTo(GpuSeconds.ZERO);
    assertThat(world.store().verifyHistory(SMALL)).isEqualTo(run);
    assertThat(world.checkpoint(SMALL, 1, 30).resolveSibling("global_step30.manifest")).exists();
  }

  @Test
  void aKilledTrainingGoesOnAfterItsNewestSealedCheckpoint() {
    cluster.plot(1, JobPlot.NORMAL.diesAfter(14, JobPlot.Death.RANK_KILLED));
    world.submit(SMALL);

    Run run = world.untilPhase(SMALL, "succeeded");

    List<RunHistory.AttemptSummary> attempts = world.history(SMALL).attempts();
    assertThat(attempts)
        .extracting(ControlLoopTest::cause)
        .containsExactly(EndCause.RANK_KILLED, EndCause.COMPLETED);
    assertThat(attempts.get(1).resumedFrom()).hasValue(new CheckpointRef(1, 10));
    assertThat(attempts.get(1).end().orElseThrow().firstIteration()).hasValue(11);
    // Iterations 11 to 14 were done twice, one second each, on two devices.
    assertThat(attempts.get(0).lost()).isEqualTo(new GpuSeconds(8));
    assertThat(attempts.get(1).lost()).isEqualTo(GpuSeconds.ZERO);
    assertThat(run.posted()).isEqualTo(new GpuSeconds(2 * 14 + 2 * 20));
    assertThat(postings()).isEqualTo(run.posted().value());
    assertThat(lineage(run)).containsExactly(10L, 20L, 30L);
    assertThat(cluster.mostTrainings(SMALL)).isEqualTo(1);
  }

  @Test
  void aNodeThatVanishesWithoutAWordIsARestartToo() {
    cluster.plot(1, JobPlot.NORMAL.diesAfter(25, JobPlot.Death.NODE_LOST));
    world.submit(SMALL);

    world.untilPhase(SMALL, "succeeded");

    List<RunHistory.AttemptSummary> attempts = world.history(SMALL).attempts();
    assertThat(cause(attempts.get(0))).isEqualTo(EndCause.NODE_FAILURE);
    assertThat(attempts.get(1).resumedFrom()).hasValue(new CheckpointRef(1, 20));
  }

  @Test
  void aStoppedRunSavesIsHeldAndGoesOnWhereItSaved() {
    world.submit(SMALL);
    world.untilIteration(SMALL, 1, 13);
    Path killSwitch = world.attemptDirectory(SMALL, 1).resolve(AttemptFiles.KILL_SWITCH);
    assertThat(killSwitch).doesNotExist();

    world.stop(SMALL);
    Run held = world.untilPhase(SMALL, "held");

    assertThat(killSwitch).exists();
    assertThat(((Phase.Held) held.phase()).reason()).isEqualTo(HoldReason.STOPPED);
    assertThat(cause(onlyAttempt())).isEqualTo(EndCause.STOPPED);
    long saved = held.lineage().head().orElseThrow().ref().iteration();
    assertThat(saved).isEqualTo(held.lastIteration().orElseThrow()).isBetween(13L, 16L);
    world.ticks(30);
    assertThat(world.run(SMALL)).as("held is held").isEqualTo(held);

    world.resume(SMALL);
    Run run = world.untilPhase(SMALL, "succeeded");

    RunHistory.AttemptSummary second = world.history(SMALL).attempts().get(1);
    assertThat(second.end().orElseThrow().firstIteration()).hasValue(saved + 1);
    assertThat(run.posted()).as("nothing was done twice").isEqualTo(new GpuSeconds(62));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ready", "submitting", "pending", "running", "ending", "held"})
  void aCancelEndsTheRunInEveryPhase(String phase) {
    cluster.plot(
        1,
        JobPlot.NORMAL
            .queuedFor(Duration.ofSeconds(5))
            .diesAfter(14, JobPlot.Death.RANK_KILLED)
            .lingering(Duration.ofSeconds(3)));
    world.submit(SMALL);
    lead(phase);

    world.cancel(SMALL);
    cluster.recover();
    Run run = world.untilPhase(SMALL, "cancelled");

    assertThat(run.reserved()).isEqualTo(GpuSeconds.ZERO);
    assertThat(run.request()).isEmpty();
    int jobs = cluster.jobCount();
    int effects = cluster.effects();
    world.ticks(30);
    assertThat(cluster.jobCount()).as("nothing starts any more").isEqualTo(jobs).isLessThan(2);
    assertThat(cluster.effects()).isEqualTo(effects);
    assertThat(postings()).isEqualTo(run.posted().value());
  }

  /** Ticks until the run is in a phase for the first time. */
  private void lead(String phase) {
    switch (phase) {
      case "ready" -> assertThat(world.run(SMALL).phase().word()).isEqualTo("ready");
      case "submitting", "pending" -> world.untilPhase(SMALL, phase);
      case "running" -> world.untilIteration(SMALL, 1, 5);
      case "ending" -> {
        cluster.withholdAccounting();
        world.untilPhase(SMALL, phase);
      }
      case "held" -> {
        world.untilIteration(SMALL, 1, 5);
        world.stop(SMALL);
        world.untilPhase(SMALL, phase);
      }
      default -> throw new IllegalArgumentException(phase);
    }
  }

  @Test
  void aSubmissionThatWasSilentlyAcceptedIsAdopted() {
    cluster.nextSubmission(FakeResourceManager.SubmitFault.SILENTLY_ACCEPTED);
    world.submit(SMALL);

    world.untilPhase(SMALL, "succeeded");

    assertThat(cluster.jobCount()).isEqualTo(1);
    assertThat(cause(onlyAttempt())).isEqualTo(EndCause.COMPLETED);
  }

  @Test
  void aSubmissionThatNeverArrivedIsRepeatedAfterTheQuietPeriod() {
    cluster.nextSubmission(FakeResourceManager.SubmitFault.SILENTLY_LOST);
    world.submit(SMALL);
    world.ticks(9);
    assertThat(cluster.effects()).as("within the quiet period").isEqualTo(1);

    world.untilPhase(SMALL, "succeeded");

    assertThat(cluster.jobCount()).isEqualTo(1);
    assertThat(cause(onlyAttempt())).isEqualTo(EndCause.COMPLETED);
    assertThat(cluster.mostTrainings(SMALL)).isEqualTo(1);
  }

  @Test
  void aRefusedJobIsHeldAndAResumeTriesItAnew() {
    cluster.nextSubmission(FakeResourceManager.SubmitFault.REJECTED);
    world.submit(SMALL);

    Run held = world.untilPhase(SMALL, "held");
    assertThat(((Phase.Held) held.phase()).reason()).isEqualTo(HoldReason.REJECTED);
    assertThat(held.why()).contains("the account has no hours left");
    assertThat(held.reserved()).isEqualTo(GpuSeconds.ZERO);

    world.resume(SMALL);
    assertThat(world.untilPhase(SMALL, "succeeded").attempt().orElseThrow().number()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nothingIsDoneWhileNothingIsKnown(boolean dark) {
    world.submit(SMALL);
    world.untilIteration(SMALL, 1, 5);
    Run before = world.run(SMALL);
    int effects = cluster.effects();
    if (dark) {
      cluster.goDark("slurmctld does not answer");
    } else {
      cluster.showStrangeState("REVOKED_BY_MOON");
    }

    world.ticks(5);
    world.cancel(SMALL);
    world.ticks(5);

    assertThat(cluster.effects()).isEqualTo(effects);
    assertThat(world.run(SMALL).phase()).isEqualTo(before.phase());
    assertThat(world.thought(SMALL)).contains(dark ? "slurmctld does not" : "REVOKED_BY_MOON");
    cluster.recover();
    world.untilPhase(SMALL, "cancelled");
  }

  @Test
  void whileAProcessOfTheJobLivesNoOtherAttemptStarts() {
    cluster.plot(
        1,
        JobPlot.NORMAL.diesAfter(14, JobPlot.Death.RANK_KILLED).lingering(Duration.ofSeconds(25)));
    world.submit(SMALL);
    world.untilIteration(SMALL, 1, 14);

    world.ticks(20);
    assertThat(cluster.jobCount()).isEqualTo(1);
    assertThat(world.run(SMALL).phase().word()).isEqualTo("running");
    assertThat(world.thought(SMALL)).contains("waits for the last processes");

    world.untilPhase(SMALL, "succeeded");
    assertThat(cluster.jobCount()).isEqualTo(2);
  }

  @Test
  void aTrainingThatStartsAtTheWrongIterationIsEndedAndHeld() {
    cluster.plot(1, JobPlot.NORMAL.diesAfter(14, JobPlot.Death.RANK_KILLED));
    cluster.plot(2, JobPlot.NORMAL.skipping(3));
    world.submit(SMALL);

    Run held = world.untilPhase(SMALL, "held");

    assertThat(((Phase.Held) held.phase()).reason()).isEqualTo(HoldReason.WRONG_START);
    assertThat(world.story(SMALL)).contains("it started at iteration 14 instead of 11");
    assertThat(cluster.iteration(SMALL, 2)).as("ended soon").isLessThan(20);
    assertThat(lineage(held)).containsExactly(10L);
    world.ticks(30);
    assertThat(world.run(SMALL)).isEqualTo(held);
  }

  @Test
  void aDamagedNewestCheckpointIsPassedOverAndTheDecisionSaysWhy() {
    cluster.plot(1, JobPlot.NORMAL.diesAfter(25, JobPlot.Death.RANK_KILLED));
    world.submit(SMALL);
    world.until(SMALL, run -> lineage(run).contains(20L));
    world.untilIteration(SMALL, 1, 25);
    world.until(SMALL, run -> run.phase() instanceof Phase.Ready);
    LoopWorld.damage(world.checkpoint(SMALL, 1, 20));

    Run run = world.untilPhase(SMALL, "succeeded");

    RunHistory.AttemptSummary second = world.history(SMALL).attempts().get(1);
    assertThat(second.resumedFrom()).hasValue(new CheckpointRef(1, 10));
    assertThat(second.end().orElseThrow().firstIteration()).hasValue(11);
    assertThat(world.story(SMALL))
        .contains("attempt 2 starts from a checkpoint: iteration 10 of attempt 1")
        .contains("passed over iteration 20 of attempt 1");
    assertThat(run.lineage().sealed()).extracting(c -> c.ref().attempt()).containsExactly(1, 2, 2);
  }

  @Test
  void withoutAnIntactCheckpointAPersonDecides() {
    cluster.plot(1, JobPlot.NORMAL.diesAfter(14, JobPlot.Death.RANK_KILLED));
    world.submit(SMALL);
    world.until(SMALL, run -> run.phase() instanceof Phase.Ready && run.attempt().isPresent());
    LoopWorld.damage(world.checkpoint(SMALL, 1, 10));

    Run held = world.untilPhase(SMALL, "held");

    assertThat(((Phase.Held) held.phase()).reason()).isEqualTo(HoldReason.NO_USABLE_CHECKPOINT);
    assertThat(cluster.jobCount()).isEqualTo(1);
  }

  @Test
  void aJobCancelledBehindItsBackIsHeld() {
    world.submit(SMALL);
    world.untilIteration(SMALL, 1, 12);
    cluster.scancel(SMALL);

    Run held = world.untilPhase(SMALL, "held");

    assertThat(cause(onlyAttempt())).isEqualTo(EndCause.CANCELLED);
    assertThat(lineage(held)).containsExactly(10L);
  }

  @Test
  void aSecondRunOfTheSameNameIsRefused() {
    world.submit(SMALL);

    assertThatThrownBy(() -> world.submit(SMALL))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("run small exists");
  }

  @Test
  void theFilesOfAnAttemptAreWhatTheJobNeeds() {
    world.submit(SMALL);
    world.tick();

    Path directory = world.attemptDirectory(SMALL, 1);
    assertThat(directory.resolve(AttemptFiles.LOAD)).isEmptyDirectory();
    assertThat(Files.isExecutable(directory.resolve(AttemptFiles.JOB_SCRIPT))).isTrue();
    assertThat(directory.resolve(AttemptFiles.GO)).content().contains("iteration=none");
  }

  private RunHistory.AttemptSummary onlyAttempt() {
    List<RunHistory.AttemptSummary> attempts = world.history(SMALL).attempts();
    assertThat(attempts).hasSize(1);
    return attempts.get(0);
  }

  private long postings() {
    List<Posting> postings = world.history(SMALL).postings();
    assertThat(postings).extracting(Posting::job).doesNotHaveDuplicates();
    return postings.stream().mapToLong(posting -> posting.charged().value()).sum();
  }

  private static EndCause cause(RunHistory.AttemptSummary attempt) {
    return attempt.end().orElseThrow().cause();
  }

  private static List<Long> lineage(Run run) {
    return run.lineage().sealed().stream().map(c -> c.ref().iteration()).toList();
  }
}
