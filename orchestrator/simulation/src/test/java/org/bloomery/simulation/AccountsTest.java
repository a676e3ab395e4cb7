package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bloomery.simulation.LoopWorld.ADA;
import static org.bloomery.simulation.LoopWorld.SMALL;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.BudgetMovement;
import org.bloomery.controlplane.api.BudgetView;
import org.bloomery.core.budget.Movement;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.LedgerLines;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunHistory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: no attempt is recorded that its account cannot pay, and what trains saves and leaves when
 * nothing is left. One attempt of the run reserves 2 devices x (30 min + 70 s) and uses 60.
 */
final class AccountsTest {
  private static final long RESERVATION = 2L * (1800 + 70);
  private static final RunId OTHER = new RunId("other");
  private static final double SECOND = 1 / 3600.0;

  @TempDir private Path home;
  private LoopWorld world;
  private int moved;

  @BeforeEach
  void open() {
    world = new LoopWorld(home, new InMemoryRunStore());
  }

  private static String allocation(String name, long gpuSeconds, String more) {
    return """
        apiVersion: bloomery/v1
        kind: Allocation
        metadata: {name: %s}
        spec:
          account: local
          cluster: local
          gpuType: cpu-rank
          period: {from: 2031-05-01, to: 2031-05-31}
          gpuHours: %s
          %s
        """
        .formatted(name, gpuSeconds * SECOND, more);
  }

  private void grant(long gpuSeconds) {
    world.accounts().setBudget(allocation("may", gpuSeconds, ""), "may.yaml", ADA);
  }

  private BudgetView budget() {
    return world.accounts().budgets().get(0);
  }

  private void move(Movement.Kind kind, long gpuSeconds) {
    move("id" + ++moved, kind, gpuSeconds);
  }

  private void move(String id, Movement.Kind kind, long gpuSeconds) {
    GpuSeconds amount = new GpuSeconds(gpuSeconds);
    world.accounts().move(new BudgetMovement(id, "may", kind, amount, "why"), ADA);
  }

  /** A job of somebody else on the same account. */
  private void importForeignJob(long gpuSeconds) {
    long end = LoopWorld.T0.getEpochSecond();
    LedgerEntry job =
        new LedgerEntry(
            new JobKey("local", "4711", end - 100),
            "local",
            "bob",
            "",
            Optional.empty(),
            0,
            "analysis",
            "local",
            "",
            end - 60,
            end,
            gpuSeconds,
            gpuSeconds,
            "COMPLETED",
            Posting.Source.ACCOUNTING,
            true);
    world.accounts().add(List.of(LedgerLines.write(job)), ADA);
  }

  @Test
  void aSubmissionThatWouldOverdrawIsRefusedWithNumbers() {
    grant(RESERVATION - 1);

    assertThatThrownBy(() -> world.submit(SMALL))
        .isInstanceOfSatisfying(
            ApiException.class,
            refused -> assertThat(refused.kind()).isEqualTo(ApiException.Kind.REFUSED))
        .hasMessage(
            "allocation may has no room for 1.04 GPU-hours more: of 1.04, 0.00 are used and 0.00"
                + " reserved. Credit it with: bloomery budget credit may HOURS");
    assertThat(world.store().list()).isEmpty();
  }

  @Test
  void whatIsPostedNoLongerCountsAsReserved() {
    grant(RESERVATION + 59);
    world.submit(SMALL);
    world.untilIteration(SMALL, 1, 5);
    assertThat(budget().reservedGpuSeconds()).isEqualTo(RESERVATION);
    assertThat(budget().postedGpuSeconds()).isZero();
    assertThatThrownBy(() -> world.submit(OTHER)).hasMessageContaining("1.04 reserved");

    world.untilPhase(SMALL, "succeeded");

    assertThat(budget().reservedGpuSeconds()).isZero();
    assertThat(budget().postedGpuSeconds()).isEqualTo(60);
    assertThatThrownBy(() -> world.submit(OTHER))
        .hasMessageContaining("0.02 are used")
        .hasMessageContaining("runs dry on");
    move(Movement.Kind.CREDIT, 1);
    world.submit(OTHER);
  }

  @Test
  void aNewLeaderKnowsWhatIsReserved() {
    grant(2 * RESERVATION - 1);
    world.submit(SMALL);
    world.untilIteration(SMALL, 1, 5);
    world.restart();
    assertThat(budget().reservedGpuSeconds()).isEqualTo(RESERVATION);
    assertThatThrownBy(() -> world.submit(OTHER)).hasMessageContaining("no room");
  }

  @Test
  void atExhaustionTheTrainingSavesAndLeavesAndGoesOnAfterACredit() {
    grant(2 * RESERVATION);
    world.submit(SMALL);
    world.untilIteration(SMALL, 1, 14);

    move(Movement.Kind.DEBIT, 2 * RESERVATION - 20);
    Run held = world.untilPhase(SMALL, "held");

    assertThat(((Phase.Held) held.phase()).reason()).isEqualTo(HoldReason.BUDGET_EXHAUSTED);
    assertThat(world.story(SMALL)).contains("allocation may is used up");
    long saved = held.lineage().head().orElseThrow().ref().iteration();
    assertThat(saved).isGreaterThanOrEqualTo(14);
    world.ticks(20);
    assertThat(world.run(SMALL).phase().word()).isEqualTo("held");

    move(Movement.Kind.CREDIT, 2 * RESERVATION);
    world.resume(SMALL);
    Run run = world.untilPhase(SMALL, "succeeded");

    List<RunHistory.AttemptSummary> attempts = world.history(SMALL).attempts();
    assertThat(attempts).hasSize(2);
    assertThat(attempts.get(1).resumedFrom()).hasValue(new CheckpointRef(1, saved));
    assertThat(run.posted().value()).isEqualTo(budget().postedGpuSeconds());
  }

  @Test
  void whatOthersUseBeyondTheLimitIsShownAndStopsNewAttempts() {
    world.cluster().plot(1, JobPlot.NORMAL.diesAfter(14, JobPlot.Death.RANK_KILLED));
    grant(2 * RESERVATION);
    world.submit(SMALL);
    world.untilIteration(SMALL, 1, 5);

    importForeignJob(2 * RESERVATION + 7);

    assertThat(budget().overshootGpuSeconds()).isEqualTo(7);
    Run held = world.untilPhase(SMALL, "held");
    assertThat(((Phase.Held) held.phase()).reason()).isEqualTo(HoldReason.BUDGET_EXHAUSTED);
    assertThat(world.history(SMALL).attempts()).hasSize(1);
  }

  @Test
  void aCreditThatIsAskedForAgainCountsOnce() {
    grant(RESERVATION);
    move("again", Movement.Kind.CREDIT, 100);
    world.restart();
    move("again", Movement.Kind.CREDIT, 100);

    assertThat(budget().creditedGpuSeconds()).isEqualTo(100);
    assertThat(budget().movements()).hasSize(1);
    assertThatThrownBy(() -> move("again", Movement.Kind.CREDIT, 101))
        .hasMessage("there is another movement with the id again: a credit of 100 GPU-seconds");
  }

  @Test
  void aTeamHasNoMoreThanItsShare() {
    String half = "shares: [{team: modeling, share: 0.5}]";
    world.accounts().setBudget(allocation("may", 2 * RESERVATION - 2, half), "may.yaml", ADA);
    String text = LoopWorld.specText(SMALL);
    String team = text.replace("account: local", "account: local, labels: {team: modeling}");

    assertThatThrownBy(() -> world.submit(team))
        .hasMessageContaining("allocation may, team modeling has no room");
    world.submit(text);
  }

  @Test
  void outsideOfItsPeriodAnAllocationPaysNothing() {
    String april = allocation("april", 9 * RESERVATION, "").replace("2031-05", "2031-04");
    world.accounts().setBudget(april.replace("-31", "-30"), "april.yaml", ADA);

    assertThatThrownBy(() -> world.submit(SMALL))
        .hasMessage("allocation april ended on 2031-04-30");

    String may = allocation("may", RESERVATION / 2, "carryOver: 0.5");
    world.accounts().setBudget(may, "may.yaml", ADA);
    assertThat(world.accounts().budgets().get(1).carriedOverGpuSeconds())
        .isEqualTo(9 * RESERVATION / 2);
    world.submit(SMALL);
  }

  @Test
  void twoAllocationsNeverPayForTheSameDay() {
    grant(RESERVATION);
    assertThatThrownBy(
            () -> world.accounts().setBudget(allocation("again", 10, ""), "again.yaml", ADA))
        .hasMessageContaining("allocation may is for the same account, devices and days");
  }
}
