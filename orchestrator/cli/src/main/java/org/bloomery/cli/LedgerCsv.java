package org.bloomery.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.bloomery.controlplane.api.BudgetView;
import org.bloomery.controlplane.api.UsageTableView;
import org.bloomery.controlplane.api.WasteView;
import org.bloomery.core.report.UsageTable;
import org.bloomery.core.report.WasteKind;

/**
 * Reports as CSV (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe
 * before it: job names come from anybody.
 */
final class LedgerCsv {
  private LedgerCsv() {}

  static String usage(UsageTableView view) {
    StringBuilder csv = new StringBuilder();
    row(
        csv,
        view.by(),
        "jobs",
        "gpuSeconds",
        "allocatedGpuSeconds",
        "lostGpuSeconds",
        "foreignGpuSeconds");
    for (UsageTable.Row row : view.rows()) {
      row(
          csv,
          row.key(),
          row.jobs(),
          row.gpuSeconds(),
          row.allocatedGpuSeconds(),
          row.lostGpuSeconds(),
          row.foreignGpuSeconds());
    }
    return csv.toString();
  }

  static String waste(WasteView view) {
    StringBuilder csv = new StringBuilder();
    List<String> kinds = Arrays.stream(WasteKind.values()).map(WasteKind::words).toList();
    List<Object> title = new ArrayList<>(List.of(view.by(), "jobs", "gpuSeconds", "ettr"));
    title.addAll(kinds);
    row(csv, title.toArray());
    for (WasteView.Row row : view.rows()) {
      List<Object> cells =
          new ArrayList<>(List.of(row.key(), row.jobs(), row.gpuSeconds(), row.ettr()));
      kinds.forEach(kind -> cells.add(row.parts().get(kind)));
      row(csv, cells.toArray());
    }
    return csv.toString();
  }

  static String budgets(List<BudgetView> budgets) {
    StringBuilder csv = new StringBuilder();
    row(
        csv,
        "allocation",
        "account",
        "cluster",
        "gpuType",
        "from",
        "to",
        "limitGpuSeconds",
        "postedGpuSeconds",
        "reservedGpuSeconds",
        "leftGpuSeconds",
        "overshootGpuSeconds",
        "dryOn");
    for (BudgetView budget : budgets) {
      row(
          csv,
          budget.name(),
          budget.account(),
          budget.cluster(),
          budget.gpuType(),
          budget.from(),
          budget.to(),
          budget.limitGpuSeconds(),
          budget.postedGpuSeconds(),
          budget.reservedGpuSeconds(),
          budget.leftGpuSeconds(),
          budget.overshootGpuSeconds(),
          budget.dryOn().map(Object::toString).orElse(""));
    }
    return csv.toString();
  }

  private static void row(StringBuilder csv, Object... cells) {
    csv.append(Arrays.stream(cells).map(LedgerCsv::cell).collect(Collectors.joining(",")))
        .append("\r\n");
  }

  /** One cell; numbers are as they are, texts can be no formula and break no row. */
  static String cell(Object value) {
    String text = value.toString();
    if (value instanceof Number) {
      return text;
    }
    String harmless = text.matches("(?s)[=+\\-@\\t\\r].*") ? "'" + text : text;
    return harmless.matches("(?s).*[\",\\r\\n].*")
        ? '"' + harmless.replace("\"", "\"\"") + '"'
        : harmless;
  }
}
