package org.bloomery.controlplane.api;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.Period;
import org.bloomery.core.report.UsageTable;

/** The ledger of a project that trained for two months; it notes what it is asked. */
public final class FakeLedger implements LedgerApi {
  private static final Instant NOW = Instant.parse("2022-05-01T00:00:00Z");

  private final Consumer<String> notes;

  FakeLedger(Consumer<String> notes) {
    this.notes = notes;
  }

  @Override
  public LedgerAddition add(List<String> lines, String by) {
    notes.accept("ledger add " + lines.size() + " by " + by);
    return new LedgerAddition(lines.size(), lines.size() - 1L);
  }

  @Override
  public UsageTableView usage(GroupBy by, Period period) {
    notes.accept("ledger usage by " + by.word() + " in " + period);
    List<UsageTable.Row> rows =
        switch (by) {
          case MONTH ->
              List.of(
                  new UsageTable.Row("2022-03", 12, 500_000_000, 500_000_000, 40_000_000),
                  new UsageTable.Row("2022-04", 9, 995_328_000, 995_328_000, 3_600));
          case RUN, USER, ACCOUNT, TEAM, WEEK, CAUSE, NODE ->
              List.of(
                  new UsageTable.Row("first", 20, 1_495_000_000, 1_495_000_000, 40_003_600),
                  new UsageTable.Row("", 1, 328_000, 328_000, 0));
        };
    return UsageTableView.of(
        new UsageTable(21, 1_495_328_000, 1_495_328_000, 40_003_600, rows), by, period, NOW);
  }
}
