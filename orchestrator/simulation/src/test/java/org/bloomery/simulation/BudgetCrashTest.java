package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bloomery.simulation.LoopWorld.ADA;
import static org.bloomery.simulation.LoopWorld.SMALL;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.assertj.core.api.SoftAssertions;
import org.bloomery.controlplane.api.BudgetMovement;
import org.bloomery.controlplane.api.BudgetView;
import org.bloomery.core.budget.Movement;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Ledger;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.Period;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunHistory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: a training whose budget is taken away and given back is billed the same, whenever its
 * control plane dies. Method: it dies before and after each change to the cluster, to the runs, to
 * the ledger and to the allocations; whoever asked for a movement asks again, without looking.
 */
final class BudgetCrashTest {
  private static final long RESERVATION = 2L * (1800 + 70);
  private static final long DEBITED_AFTER = 14;

  private static final String ALLOCATION =
      """
      apiVersion: bloomery/v1
      kind: Allocation
      metadata: {name: may}
      spec:
        account: local
        cluster: local
        gpuType: cpu-rank
        period: {from: 2031-05-01, to: 2031-05-31}
        gpuHours: 10
      """;

  @TempDir private Path home;

  /**
   * What must be so however often the control plane has died.
   *
   * @param ledger the job, the attempt and what was billed of each line
   * @param moved credits and debits, in GPU-seconds
   * @param overdrafts states in which more was posted and reserved than there was
   */
  private record Ending(
      String phase,
      List<String> ledger,
      List<String> moved,
      List<CheckpointRef> resumedFrom,
      boolean heldForBudget,
      boolean billedAsUsed,
      boolean accountsAgree,
      int overdrafts) {}

  /** One world's ending, and whether its control plane died. */
  private record Played(String where, Ending ending, int crashes) {}

  private static final class BudgetStory extends Story {
    private boolean granted;
    private boolean debited;
    private boolean credited;
    private int overdrafts;

    BudgetStory(LoopWorld world) {
      super(world);
    }

    @Override
    void ask(Run run) {
      if (!granted) {
        world().accounts().setBudget(ALLOCATION, "may.yaml", ADA);
        granted = true;
      }
      if (!debited && world().cluster().iteration(SMALL, 1) >= DEBITED_AFTER) {
        move("the-debit", Movement.Kind.DEBIT, 36_000 - 20);
        debited = true;
      }
      if (run.phase() instanceof Phase.Held) {
        if (!credited) {
          move("the-credit", Movement.Kind.CREDIT, 2 * RESERVATION);
          credited = true;
        }
        world().resume(SMALL);
      }
      BudgetView now = budget();
      long limit = Math.max(now.limitGpuSeconds(), debited ? RESERVATION : 0);
      overdrafts += now.postedGpuSeconds() + now.reservedGpuSeconds() > limit ? 1 : 0;
    }

    private BudgetView budget() {
      return world().accounts().budgets().get(0);
    }

    private void move(String id, Movement.Kind kind, long gpuSeconds) {
      GpuSeconds amount = new GpuSeconds(gpuSeconds);
      world().accounts().move(new BudgetMovement(id, "may", kind, amount, "why"), ADA);
    }

    Ending ending() {
      Run run = play();
      List<RunHistory.AttemptSummary> attempts = world().history(SMALL).attempts();
      GpuSeconds used = world().cluster().used(SMALL);
      BudgetView budget = budget();
      long reported =
          world().accounts().usage(GroupBy.ACCOUNT, Period.ALWAYS).allocatedGpuSeconds();
      return new Ending(
          run.phase().word(),
          lines(),
          budget.movements().stream()
              .map(one -> one.kind().word() + " " + one.amount().value())
              .toList(),
          attempts.stream().flatMap(attempt -> attempt.resumedFrom().stream()).toList(),
          world().states(SMALL).stream().anyMatch(BudgetStory::isHeldForBudget),
          run.posted().equals(used) && run.reserved().equals(GpuSeconds.ZERO),
          budget.postedGpuSeconds() == used.value()
              && budget.reservedGpuSeconds() == 0
              && reported == used.value(),
          overdrafts);
    }

    private List<String> lines() {
      Ledger ledger = new Ledger();
      world().ledgerStore().read(ledger::add);
      return ledger.entries().stream().map(BudgetStory::told).sorted().toList();
    }

    private static String told(LedgerEntry line) {
      return line.attempt() + ": " + line.chargedGpuSeconds() + " for " + line.account();
    }

    private static boolean isHeldForBudget(Run run) {
      return run.phase() instanceof Phase.Held held && held.reason() == HoldReason.BUDGET_EXHAUSTED;
    }
  }

  @Test
  void aCrashAtAnyMomentLeavesTheSameLedger() throws Exception {
    CrashPoints all = CrashPoints.none();
    Ending good = new BudgetStory(world("counted", all)).ending();
    assertThat(good.phase()).isEqualTo("succeeded");
    assertThat(good.ledger()).hasSize(2);
    assertThat(good.moved()).containsExactly("debit 35980", "credit " + 2 * RESERVATION);
    assertThat(good.resumedFrom()).hasSize(1);
    assertThat(good.heldForBudget()).isTrue();
    assertThat(good.billedAsUsed()).isTrue();
    assertThat(good.accountsAgree()).isTrue();
    assertThat(good.overdrafts()).isZero();
    List<String> moments = all.reached();
    assertThat(moments)
        .contains("before append", "after append", "before recordBudget", "after recordBudget")
        .contains("before submit", "after record");
    List<Callable<Played>> worlds = new ArrayList<>();
    for (int i = 0; i < moments.size(); i++) {
      int n = i;
      worlds.add(
          () -> {
            BudgetStory story = new BudgetStory(world("moment-" + n, CrashPoints.at(n)));
            Ending ending = story.ending();
            return new Played("moment " + n + ", " + moments.get(n), ending, story.crashes());
          });
    }

    List<Played> played = Worlds.play(worlds);
    SoftAssertions softly = new SoftAssertions();
    played.forEach(one -> softly.assertThat(one.ending()).as(one.where()).isEqualTo(good));
    softly.assertAll();
    assertThat(played).allMatch(one -> one.crashes() == 1);
  }

  private LoopWorld world(String name, CrashPoints crashes) throws IOException {
    return new LoopWorld(
        Files.createDirectory(home.resolve(name)), new InMemoryRunStore(), crashes);
  }
}
