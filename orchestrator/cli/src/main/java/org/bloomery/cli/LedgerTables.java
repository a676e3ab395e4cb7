package org.bloomery.cli;

import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bloomery.controlplane.api.AuditView;
import org.bloomery.controlplane.api.EnergyView;
import org.bloomery.controlplane.api.UsageTableView;
import org.bloomery.controlplane.api.WasteView;
import org.bloomery.core.id.RunId;
import org.bloomery.core.report.Audit;
import org.bloomery.core.report.SiteReport;
import org.bloomery.core.report.UsageTable;
import org.bloomery.core.report.WasteKind;
import org.bloomery.core.spec.Sourced;

/** The tables of what the ledger tells. */
final class LedgerTables {
  private static final double HOUR_SECONDS = 3600;
  private static final int INCIDENTS_SHOWN = 10;

  private LedgerTables() {}

  static String usage(UsageTableView view) {
    return usageTable(view) + energy(view);
  }

  private static String energy(UsageTableView view) {
    StringBuilder lines = new StringBuilder();
    for (EnergyView energy : view.energy()) {
      lines
          .append('\n')
          .append(RunScreen.line("energy", energy.cluster() + " " + energy.partition()));
      lines.append(
          String.format(
              Locale.ROOT,
              "  %,.2f GPU-hours x %.0f W%s = %,.2f kWh%n",
              energy.gpuHours(),
              energy.boardWatts(),
              energy.pue().map(factor -> " x PUE " + factor.value()).orElse(""),
              energy.kilowattHours()));
      energy
          .carbonKilograms()
          .ifPresent(
              kilograms ->
                  lines.append(
                      String.format(
                          Locale.ROOT,
                          "  x %.0f g/kWh = %,.2f kg CO2eq%n",
                          energy.carbonGramsPerKwh().orElseThrow().value(),
                          kilograms)));
      energy.pue().ifPresent(factor -> lines.append(source("PUE", factor)));
      energy.carbonGramsPerKwh().ifPresent(factor -> lines.append(source("g/kWh", factor)));
    }
    return lines.toString();
  }

  private static String source(String what, Sourced factor) {
    return "  " + what + ": " + Terminal.printable(factor.source()) + "\n";
  }

  private static String usageTable(UsageTableView view) {
    Table table =
        Table.of(
            "Nothing was used.",
            view.by().toUpperCase(Locale.ROOT),
            "JOBS#",
            "GPU-HOURS#",
            "SHARE#",
            "LOST GPU-HOURS#",
            "FOREIGN#");
    for (UsageTable.Row row : view.rows()) {
      table.row(
          row.key().isEmpty() ? Words.ABSENT : row.key(),
          row.jobs(),
          hours(row.gpuSeconds()),
          share(row.gpuSeconds(), view.gpuSeconds()),
          hours(row.lostGpuSeconds()),
          hours(row.foreignGpuSeconds()));
    }
    return table
        + "\n"
        + RunScreen.line("total", RunScreen.used(view.gpuSeconds()))
        + RunScreen.line("lost", RunScreen.used(view.lostGpuSeconds()))
        + RunScreen.line("foreign", RunScreen.used(view.foreignGpuSeconds()))
        + RunScreen.line("period", period(view.from(), view.to()))
        + RunScreen.line("as of", Words.time(view.asOf()));
  }

  static String waste(WasteView view) {
    Table table =
        Table.of(
            "Nothing was used by runs.",
            view.by().toUpperCase(Locale.ROOT),
            "JOBS#",
            "GPU-HOURS#",
            "ETTR#",
            "START-UP#",
            "SAVE#",
            "VALID#",
            "LOST#",
            "HANG#",
            "OTHER#");
    for (WasteView.Row row : view.rows()) {
      table.row(
          row.key().isEmpty() ? Words.ABSENT : row.key(),
          row.jobs(),
          hours(row.gpuSeconds()),
          ratio(row.ettr()),
          hours(part(row, WasteKind.START_UP)),
          hours(part(row, WasteKind.CHECKPOINT_SAVE)),
          hours(part(row, WasteKind.VALIDATION)),
          hours(part(row, WasteKind.LOST)),
          hours(part(row, WasteKind.HANG)),
          hours(part(row, WasteKind.PREFLIGHT) + part(row, WasteKind.OTHER)));
    }
    StringBuilder screen = new StringBuilder(table.toString());
    incidents(screen, view.incidents());
    screen
        .append('\n')
        .append(RunScreen.line("total", RunScreen.used(view.gpuSeconds())))
        .append(RunScreen.line("ETTR", ratio(view.ettr())));
    view.parts()
        .forEach(
            (kind, part) -> {
              if (part > 0) {
                screen.append(
                    String.format(
                        Locale.ROOT,
                        "  %-16s%,14.2f GPU-hours %8s%n",
                        kind,
                        part / HOUR_SECONDS,
                        share(part, view.gpuSeconds())));
              }
            });
    if (view.gpuHoursPerBillionTokens().isPresent()) {
      screen.append(
          RunScreen.line(
              "tokens",
              String.format(
                  Locale.ROOT,
                  "%,d, %,.2f GPU-hours for a billion",
                  view.tokens(),
                  view.gpuHoursPerBillionTokens().getAsDouble())));
    }
    return screen
        .append(RunScreen.line("period", period(view.from(), view.to())))
        .append(RunScreen.line("as of", Words.time(view.asOf())))
        .toString();
  }

  private static void incidents(StringBuilder screen, List<WasteView.Incident> incidents) {
    if (incidents.isEmpty()) {
      return;
    }
    Table table = Table.of("", "DEAREST INCIDENTS", "ATTEMPT#", "GPU-HOURS#", "CAUSE", "NODES");
    incidents.stream()
        .limit(INCIDENTS_SHOWN)
        .forEach(
            one ->
                table.row(
                    one.run(),
                    one.attempt(),
                    hours(one.gpuSeconds()),
                    one.cause(),
                    one.nodes().isEmpty() ? Words.ABSENT : String.join(",", one.nodes())));
    screen.append('\n').append(table);
  }

  private static long part(WasteView.Row row, WasteKind kind) {
    return row.parts().get(kind.words());
  }

  private static String ratio(double ratio) {
    return String.format(Locale.ROOT, "%.3f", ratio);
  }

  static String audit(AuditView view) {
    Table table =
        Table.of(
            "The ledger and the accounting agree on every job.",
            "JOB",
            "RUN",
            "ACCOUNT",
            "ACCOUNTING#",
            "LEDGER#",
            "WHY");
    for (Audit.Row row : view.rows()) {
      table.row(
          row.jobId(),
          row.run().map(RunId::value).orElse(Words.ABSENT),
          row.account(),
          row.accountingGpuSeconds(),
          row.ledgerGpuSeconds(),
          row.why());
    }
    return table
        + view.report()
            .filter(report -> !report.rows().isEmpty())
            .map(report -> "\n" + counted(report))
            .orElse("")
        + "\n"
        + RunScreen.line("difference", view.differenceGpuSeconds() + " GPU-seconds")
        + RunScreen.line("accounting", RunScreen.used(view.accountingGpuSeconds()))
        + RunScreen.line("ledger", RunScreen.used(view.ledgerGpuSeconds()))
        + RunScreen.line("sreport", siteReport(view))
        + RunScreen.line("jobs", Long.toString(view.jobs()))
        + RunScreen.line("cluster", view.cluster())
        + RunScreen.line("period", period(view.from(), view.to()))
        + RunScreen.line("as of", Words.time(view.asOf()));
  }

  private static String siteReport(AuditView view) {
    return view.report()
        .map(
            report ->
                RunScreen.used(report.gpuSeconds())
                    + ", "
                    + report.unexplainedGpuSeconds()
                    + " unexplained")
        .or(view::reportSilent)
        .orElse(Words.ABSENT);
  }

  /** The jobs of which the site's own report counts another part, if there are any. */
  private static Table counted(SiteReport report) {
    Table table = Table.of("", "JOB", "ACCOUNT", "SREPORT#", "ACCOUNTING#", "WHY");
    for (SiteReport.Row row : report.rows()) {
      table.row(
          row.jobId(),
          row.account(),
          row.reportGpuSeconds(),
          row.accountingGpuSeconds(),
          row.why());
    }
    return table;
  }

  private static String period(Optional<LocalDate> first, Optional<LocalDate> last) {
    String from = first.map(day -> "from " + day).orElse("");
    String to = last.map(day -> "to " + day).orElse("");
    return from.isEmpty() && to.isEmpty() ? "all time" : (from + " " + to).strip();
  }

  static String hours(long gpuSeconds) {
    return String.format(Locale.ROOT, "%,.2f", gpuSeconds / HOUR_SECONDS);
  }

  static String share(long part, long whole) {
    return whole == 0 ? Words.ABSENT : String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
  }
}
