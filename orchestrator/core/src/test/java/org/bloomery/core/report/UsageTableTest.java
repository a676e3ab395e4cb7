package org.bloomery.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.Ledger;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.Posting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class UsageTableTest {
  private static final List<LedgerEntry> LINES =
      List.of(
          line(1, "six", "ada", "tr11", "n[1-3]", "2022-02-28T23:59:59Z", 100),
          line(2, "six", "bob", "tr11", "n[2-4]", "2022-03-01T00:00:00Z", 200),
          line(3, "ten", "bob", "", "", "2021-01-03T12:00:00Z", 7),
          line(4, "ten", "bob", "", "n1", "2021-01-04T12:00:00Z", 0));

  private static LedgerEntry line(
      int id, String account, String user, String run, String nodes, String end, long gpuSeconds) {
    long ended = Instant.parse(end).getEpochSecond();
    return new LedgerEntry(
        new JobKey("c", "" + id, 1),
        account,
        user,
        "",
        run.isEmpty() ? Optional.empty() : Optional.of(new RunId(run)),
        id,
        "analysis",
        "p",
        nodes,
        ended - 60,
        ended,
        gpuSeconds / 2,
        gpuSeconds,
        "NODE_FAIL",
        Posting.Source.ACCOUNTING,
        true);
  }

  private static Optional<JobStory> story(LedgerEntry line) {
    WasteSplit split =
        new WasteSplit(
            Map.of(WasteKind.LOST, 11L, WasteKind.PRODUCTIVE, line.chargedGpuSeconds() - 11));
    return line.attempt() == 1 ? Optional.of(new JobStory("GPU fault", split)) : Optional.empty();
  }

  private static UsageTable by(GroupBy by) {
    return reports().usage(by, Period.ALWAYS, UsageTableTest::story);
  }

  private static Reports reports() {
    Ledger ledger = new Ledger();
    ledger.add(LINES);
    return new Reports(ledger);
  }

  @ParameterizedTest
  @CsvSource({
    "RUN, 'tr11 300, job analysis 7'",
    "USER, 'bob 207, ada 100'",
    "ACCOUNT, 'six 300, ten 7'",
    "TEAM, ' 307'",
    "MONTH, '2021-01 7, 2022-02 100, 2022-03 200'",
    // 3 January 2021 is a Sunday: it belongs to the last week of 2020.
    "WEEK, '2020-W53 7, 2021-W01 0, 2022-W09 300'",
    "CAUSE, 'node fail 207, GPU fault 100'",
    "NODE, 'n2 100, n3 100, n4 66, n1 34,  7'",
  })
  void rowsAreWhatIsAskedBy(GroupBy by, String rows) {
    assertThat(
            by(by).rows().stream()
                .map(row -> row.key() + " " + row.gpuSeconds())
                .collect(Collectors.joining(", ")))
        .isEqualTo(rows);
  }

  @ParameterizedTest
  @EnumSource(GroupBy.class)
  void rowsSumToTheWhole(GroupBy by) {
    UsageTable table = by(by);
    assertThat(table.gpuSeconds()).isEqualTo(307);
    assertThat(table.jobs()).isEqualTo(4);
    assertThat(table.rows().stream().mapToLong(UsageTable.Row::gpuSeconds).sum()).isEqualTo(307);
    assertThat(table.rows().stream().mapToLong(UsageTable.Row::allocatedGpuSeconds).sum())
        .isEqualTo(table.allocatedGpuSeconds())
        .isEqualTo(153);
    assertThat(table.rows().stream().mapToLong(UsageTable.Row::lostGpuSeconds).sum()).isEqualTo(11);
    assertThat(table.foreignGpuSeconds()).isEqualTo(7);
    assertThat(table.rows().stream().mapToLong(UsageTable.Row::foreignGpuSeconds).sum())
        .isEqualTo(7);
  }

  @ParameterizedTest
  @EnumSource(GroupBy.class)
  void wasteIsSplitOfRunsOnlyAndSumsToTheWhole(GroupBy by) {
    WasteTable table = reports().waste(by, Period.ALWAYS, UsageTableTest::story);
    assertThat(table.gpuSeconds()).isEqualTo(100);
    assertThat(table.parts()).containsEntry(WasteKind.LOST, 11L);
    assertThat(table.ettr()).isEqualTo(0.89);
    assertThat(table.rows().stream().mapToLong(WasteTable.Row::gpuSeconds).sum()).isEqualTo(100);
    assertThat(table.rows().stream().mapToLong(row -> row.parts().get(WasteKind.LOST)).sum())
        .isEqualTo(11);
  }

  @Test
  void aJobBelongsToTheDayOnWhichItEnded() {
    Period march = Period.of(LocalDate.of(2022, 3, 1), LocalDate.of(2022, 3, 31));
    Period february = Period.of(LocalDate.of(2022, 2, 28), LocalDate.of(2022, 2, 28));
    assertThat(reports().usage(GroupBy.USER, march, UsageTableTest::story).gpuSeconds())
        .isEqualTo(200);
    assertThat(reports().usage(GroupBy.USER, february, UsageTableTest::story).gpuSeconds())
        .isEqualTo(100);
  }
}
