package org.bloomery.core.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bloomery.core.budget.Budget;
import org.bloomery.core.budget.Movement;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Ledger;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.LedgerMonth;
import org.bloomery.core.ledger.LedgerSegment;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.port.RunStore.ConflictException;
import org.bloomery.core.port.RunStore.Epoch;
import org.bloomery.core.port.RunStore.FencedException;
import org.bloomery.core.spec.Allocation;
import org.bloomery.core.spec.AllocationShare;
import org.junit.jupiter.api.Test;

/** What every store of the ledger must do; empty at the start of each test. */
public abstract class LedgerStoreContract {
  protected static final LedgerMonth MARCH = new LedgerMonth("jean-zay", YearMonth.of(2022, 3));
  private static final LedgerMonth APRIL = new LedgerMonth("jean-zay", YearMonth.of(2022, 4));
  private static final long MARCH_1 = Instant.parse("2022-03-01T00:00:00Z").getEpochSecond();
  private static final long APRIL_1 = Instant.parse("2022-04-01T00:00:00Z").getEpochSecond();

  /** The store under test. */
  protected abstract LedgerStore store();

  /** Takes over leadership. */
  protected abstract Epoch lead();

  /** A job of 384 devices that ended then. */
  protected static LedgerEntry job(int number, long end) {
    return new LedgerEntry(
        new JobKey("jean-zay", Integer.toString(number), end - 100),
        "six",
        "ada",
        "",
        Optional.of(new RunId("tr11")),
        number,
        "odd\tname\n\\",
        "gpu_p5",
        "iam[01-48]",
        end - 10,
        end,
        3840,
        3840,
        "TIMEOUT",
        Posting.Source.ACCOUNTING,
        true);
  }

  protected static List<LedgerEntry> jobs(int from, int count, long firstEnd) {
    return IntStream.range(from, from + count).mapToObj(n -> job(n, firstEnd + n)).toList();
  }

  private List<LedgerEntry> all() {
    List<LedgerEntry> all = new ArrayList<>();
    store().read(all::addAll);
    return all;
  }

  private Ledger joined() {
    Ledger ledger = new Ledger();
    store().read(ledger::add);
    return ledger;
  }

  @Test
  void isEmptyAtFirst() {
    assertThat(all()).isEmpty();
    assertThat(store().openMonths()).isEmpty();
    assertThat(store().segments()).isEmpty();
  }

  @Test
  void givesBackWhatWasAdded() {
    Epoch epoch = lead();
    List<LedgerEntry> jobs = jobs(1, 10, MARCH_1);
    store().append(jobs.subList(0, 4), epoch);
    store().append(jobs.subList(4, 10), epoch);

    assertThat(all()).containsExactlyInAnyOrderElementsOf(jobs);
    assertThat(store().openMonths()).containsExactly(MARCH);
  }

  @Test
  void aJobBelongsToTheMonthInWhichItEnded() {
    Epoch epoch = lead();
    store().append(List.of(job(1, APRIL_1 - 1), job(2, APRIL_1)), epoch);
    assertThat(store().openMonths()).containsExactly(MARCH, APRIL);
  }

  @Test
  void addingTheSameAgainChangesNothing() {
    Epoch epoch = lead();
    List<LedgerEntry> jobs = jobs(1, 10, MARCH_1);
    store().append(jobs, epoch);
    store().append(jobs, epoch);
    assertThat(joined().entries()).containsExactlyInAnyOrderElementsOf(jobs);
  }

  @Test
  void manyLinesAreKeptToo() {
    Epoch epoch = lead();
    List<LedgerEntry> jobs = jobs(1, 20_000, MARCH_1);
    store().append(jobs, epoch);
    assertThat(joined().size()).isEqualTo(20_000);
  }

  @Test
  void aClosedMonthIsAFileWithItsTotals() {
    Epoch epoch = lead();
    store().append(jobs(1, 10, MARCH_1), epoch);
    store().append(jobs(5, 10, MARCH_1), epoch);

    store().close(MARCH, epoch);

    assertThat(store().openMonths()).isEmpty();
    assertThat(store().segments()).hasSize(1);
    LedgerSegment segment = store().segments().get(0);
    assertThat(segment.month()).isEqualTo(MARCH);
    assertThat(segment.lines()).isEqualTo(14);
    assertThat(segment.allocatedGpuSeconds()).isEqualTo(14 * 3840);
    assertThat(segment.chargedGpuSeconds()).isEqualTo(14 * 3840);
    assertThat(segment.file()).startsWith("jean-zay-2022-03-").endsWith(".tsv.gz");
    assertThat(all()).containsExactlyElementsOf(jobs(1, 14, MARCH_1));
  }

  @Test
  void closingAgainChangesNothing() {
    Epoch epoch = lead();
    store().append(jobs(1, 10, MARCH_1), epoch);
    store().close(MARCH, epoch);
    List<LedgerSegment> segments = store().segments();
    store().close(MARCH, epoch);
    assertThat(store().segments()).isEqualTo(segments);
  }

  @Test
  void whatIsLearntLaterGetsAFileOfItsOwn() {
    Epoch epoch = lead();
    store().append(jobs(1, 10, MARCH_1), epoch);
    store().close(MARCH, epoch);
    LedgerSegment first = store().segments().get(0);
    store().append(jobs(11, 2, MARCH_1), epoch);
    assertThat(store().openMonths()).containsExactly(MARCH);
    store().close(MARCH, epoch);

    assertThat(store().segments()).hasSize(2).contains(first);
    assertThat(joined().size()).isEqualTo(12);
  }

  private static Budget budget(String name, double hours) {
    return Budget.of(
        new Allocation(
            name,
            "six",
            "jean-zay",
            "a100",
            LocalDate.of(2022, 2, 1),
            LocalDate.of(2022, 9, 15),
            GpuSeconds.ofHours(hours),
            List.of(0.8),
            0.25,
            0.5,
            List.of(
                new AllocationShare(
                    AllocationShare.Kind.TEAM,
                    "modeling",
                    0.6,
                    List.of(
                        new AllocationShare(AllocationShare.Kind.USER, "ada", 0.5, List.of()))))));
  }

  @Test
  void anAllocationIsKeptWithItsMovements() {
    Epoch epoch = lead();
    Budget first = store().recordBudget(budget("six-a100", 100), epoch);
    Movement credit =
        new Movement(
            Optional.of("4711"),
            Movement.Kind.CREDIT,
            new GpuSeconds(7),
            "ada",
            "a second grant",
            Instant.parse("2022-03-01T00:00:00.5Z"));
    Budget second = store().recordBudget(first.with(credit), epoch);
    Budget other = store().recordBudget(budget("a-first", 1), epoch);

    assertThat(first.version()).isEqualTo(1);
    assertThat(second.version()).isEqualTo(2);
    assertThat(store().budgets()).containsExactly(other, second);
    assertThat(store().recordBudget(first.with(credit), epoch))
        .as("the very same again")
        .isEqualTo(second);
  }

  @Test
  void anAllocationIsNotChangedByTwoAtOnce() {
    Epoch epoch = lead();
    Budget first = store().recordBudget(budget("six-a100", 100), epoch);
    store().recordBudget(first.granting(budget("six-a100", 200).grant()), epoch);
    assertThatThrownBy(
            () -> store().recordBudget(first.granting(budget("six-a100", 300).grant()), epoch))
        .isInstanceOf(ConflictException.class);
    assertThatThrownBy(() -> store().recordBudget(budget("six-a100", 300), epoch))
        .isInstanceOf(ConflictException.class);
    lead();
    assertThatThrownBy(() -> store().recordBudget(budget("other", 1), epoch))
        .isInstanceOf(FencedException.class);
    assertThat(store().budgets()).hasSize(1);
  }

  @Test
  void nobodyWritesWhoNoLongerLeads() {
    Epoch old = lead();
    store().append(jobs(1, 10, MARCH_1), old);
    lead();
    assertThatThrownBy(() -> store().append(jobs(11, 1, MARCH_1), old))
        .isInstanceOf(FencedException.class);
    assertThatThrownBy(() -> store().close(MARCH, old)).isInstanceOf(FencedException.class);
    assertThat(all()).hasSize(10);
    assertThat(store().segments()).isEmpty();
  }
}
