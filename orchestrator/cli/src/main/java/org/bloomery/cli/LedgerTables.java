package org.bloomery.cli;

import java.util.Locale;
import org.bloomery.controlplane.api.UsageTableView;
import org.bloomery.core.report.UsageTable;

/** The tables of what the ledger tells. */
final class LedgerTables {
  private static final double HOUR_SECONDS = 3600;

  private LedgerTables() {}

  static String usage(UsageTableView view) {
    Table table =
        Table.of(
            "Nothing was used.",
            view.by().toUpperCase(Locale.ROOT),
            "JOBS#",
            "GPU-HOURS#",
            "SHARE#",
            "LOST GPU-HOURS#");
    for (UsageTable.Row row : view.rows()) {
      table.row(
          row.key().isEmpty() ? Words.ABSENT : row.key(),
          row.jobs(),
          hours(row.gpuSeconds()),
          share(row.gpuSeconds(), view.gpuSeconds()),
          hours(row.lostGpuSeconds()));
    }
    return table
        + "\n"
        + RunScreen.line("total", RunScreen.used(view.gpuSeconds()))
        + RunScreen.line("lost", RunScreen.used(view.lostGpuSeconds()))
        + RunScreen.line("period", period(view))
        + RunScreen.line("as of", Words.time(view.asOf()));
  }

  private static String period(UsageTableView view) {
    String from = view.from().map(day -> "from " + day).orElse("");
    String to = view.to().map(day -> "to " + day).orElse("");
    return from.isEmpty() && to.isEmpty() ? "all time" : (from + " " + to).strip();
  }

  static String hours(long gpuSeconds) {
    return String.format(Locale.ROOT, "%,.2f", gpuSeconds / HOUR_SECONDS);
  }

  static String share(long part, long whole) {
    return whole == 0 ? Words.ABSENT : String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
  }
}
