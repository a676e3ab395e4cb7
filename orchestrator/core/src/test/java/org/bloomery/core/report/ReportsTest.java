package org.bloomery.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.Ledger;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.Posting;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Goal: sums that are kept say what going through all lines would say. Method: a ledger that grows
 * and is corrected at random between two questions.
 */
class ReportsTest {
  private static final LocalDate FIRST = LocalDate.of(2022, 1, 20);
  private static final long FIRST_SECOND = Instant.parse("2022-01-20T00:00:00Z").getEpochSecond();
  private static final int DAYS = 100;
  private static final List<GroupBy> KINDS = List.of(GroupBy.values());

  static LongStream seeds() {
    return LongStream.range(0, 60);
  }

  private static LedgerEntry anything(Random random) {
    int id = random.nextInt(40);
    long start = FIRST_SECOND + id * 2L * 86_400;
    long seconds = random.nextInt(100);
    boolean known = random.nextInt(4) > 0;
    return new LedgerEntry(
        new JobKey("c" + id % 2, "" + id, known ? 10 : -start),
        "account" + random.nextInt(2),
        "user" + random.nextInt(2),
        "",
        random.nextInt(3) == 0 ? Optional.of(new RunId("run")) : Optional.empty(),
        0,
        "name",
        "p" + id % 3,
        random.nextBoolean() ? "n[1-3]" : "n2",
        start,
        start + seconds,
        seconds * random.nextInt(9),
        seconds * random.nextInt(9),
        "FAILED",
        Posting.Source.ACCOUNTING,
        random.nextBoolean());
  }

  private static Period anyPeriod(Random random) {
    LocalDate from = FIRST.plusDays(random.nextInt(DAYS));
    LocalDate to = from.plusDays(random.nextInt(DAYS));
    return switch (random.nextInt(4)) {
      case 0 -> Period.ALWAYS;
      case 1 -> Period.of(from.withDayOfMonth(1), to.withDayOfMonth(1).minusDays(1));
      case 2 -> new Period(Optional.of(from), Optional.empty());
      default -> Period.of(from, to);
    };
  }

  private static Optional<JobStory> story(LedgerEntry line) {
    return Optional.of(
        new JobStory(
            "a fault", new WasteSplit(Map.of(WasteKind.LOST, line.chargedGpuSeconds() / 2))));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void keptSumsAreTheSumsOfTheLines(long seed) {
    Random random = new Random(seed);
    Ledger ledger = new Ledger();
    Reports reports = new Reports(ledger);
    for (int round = 0; round < 12; round++) {
      List<LedgerEntry> told = new ArrayList<>();
      for (int i = random.nextInt(12); i > 0; i--) {
        told.add(anything(random));
      }
      ledger.add(told);
      GroupBy by = KINDS.get(random.nextInt(KINDS.size()));
      Period period = anyPeriod(random);

      UsageTable table = reports.usage(by, period, ReportsTest::story);

      Ledger same = new Ledger();
      same.add(ledger.entries());
      assertThat(table).isEqualTo(new Reports(same).usage(by, period, ReportsTest::story));
      List<LedgerEntry> lines = ledger.entries().stream().filter(period::contains).toList();
      assertThat(table.jobs()).isEqualTo(lines.size());
      assertThat(table.gpuSeconds()).isEqualTo(sum(lines, LedgerEntry::chargedGpuSeconds));
      assertThat(sum(table.rows(), UsageTable.Row::gpuSeconds)).isEqualTo(table.gpuSeconds());
      assertThat(sum(table.rows(), UsageTable.Row::allocatedGpuSeconds))
          .isEqualTo(table.allocatedGpuSeconds())
          .isEqualTo(sum(lines, LedgerEntry::allocatedGpuSeconds));
      Map<Reports.Place, Long> places =
          lines.stream()
              .filter(line -> line.allocatedGpuSeconds() > 0)
              .collect(
                  Collectors.groupingBy(
                      line -> new Reports.Place(line.job().cluster(), line.partition()),
                      Collectors.summingLong(LedgerEntry::allocatedGpuSeconds)));
      assertThat(reports.places(period)).isEqualTo(places);
      Map<String, Long> users =
          lines.stream()
              .collect(
                  Collectors.groupingBy(
                      LedgerEntry::user, Collectors.summingLong(LedgerEntry::chargedGpuSeconds)));
      assertThat(
              reports.usage(GroupBy.USER, period, ReportsTest::story).rows().stream()
                  .collect(Collectors.toMap(UsageTable.Row::key, UsageTable.Row::gpuSeconds)))
          .isEqualTo(users);
    }
  }

  private static <T> long sum(List<T> all, ToLongFunction<T> figure) {
    return all.stream().mapToLong(figure).sum();
  }
}
