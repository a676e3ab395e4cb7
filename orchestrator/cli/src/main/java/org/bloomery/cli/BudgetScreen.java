package org.bloomery.cli;

import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import org.bloomery.controlplane.api.BudgetView;
import org.bloomery.core.budget.Movement;

/** How allocations look on a screen; all figures are GPU-hours. */
final class BudgetScreen {
  private static final double HOUR_SECONDS = 3600;

  private BudgetScreen() {}

  static String table(List<BudgetView> budgets) {
    Table table =
        Table.of(
            "Nothing was granted yet. Grant with: bloomery budget set FILE",
            "ALLOCATION",
            "TO",
            "LIMIT#",
            "USED#",
            "RESERVED#",
            "LEFT#",
            "USED %#",
            "RUNS DRY");
    for (BudgetView budget : budgets) {
      table.row(
          budget.name(),
          budget.to(),
          LedgerTables.hours(budget.limitGpuSeconds()),
          LedgerTables.hours(budget.postedGpuSeconds()),
          LedgerTables.hours(budget.reservedGpuSeconds()),
          LedgerTables.hours(budget.leftGpuSeconds()),
          percent(budget.usedShare()),
          budget.dryOn().map(LocalDate::toString).orElse(Words.ABSENT));
    }
    return table.toString();
  }

  static String of(BudgetView budget) {
    StringBuilder screen = new StringBuilder();
    screen
        .append(line("allocation", budget.name()))
        .append(line("for", budget.account() + " on " + budget.cluster() + ", " + budget.gpuType()))
        .append(line("period", budget.from() + " to " + budget.to()))
        .append(hours("granted", budget.grantedGpuSeconds()))
        .append(hours("carried over", budget.carriedOverGpuSeconds()))
        .append(hours("credited", budget.creditedGpuSeconds()))
        .append(hours("debited", budget.debitedGpuSeconds()))
        .append(hours("limit", budget.limitGpuSeconds()))
        .append(hours("used", budget.postedGpuSeconds()))
        .append(hours("reserved", budget.reservedGpuSeconds()))
        .append(hours("left", budget.leftGpuSeconds()))
        .append(line("used share", percent(budget.usedShare()) + " %" + warning(budget)))
        .append(hours("a day", Math.round(budget.gpuSecondsPerDay())))
        .append(line("runs dry", dry(budget)));
    if (budget.overshootGpuSeconds() > 0) {
      screen.append(hours("overshoot", budget.overshootGpuSeconds()));
    }
    shares(screen, budget.shares());
    movements(screen, budget.movements());
    return screen.toString();
  }

  /** The forecast with its band: eight of ten times it is a day within it. */
  private static String dry(BudgetView budget) {
    if (budget.dryOn().isEmpty()) {
      return Words.ABSENT;
    }
    return budget.dryOn().get()
        + " ("
        + budget.dryOnEarliest().map(LocalDate::toString).orElse(Words.ABSENT)
        + " to "
        + budget.dryOnLatest().map(LocalDate::toString).orElse("never")
        + ")";
  }

  private static String warning(BudgetView budget) {
    return budget.warning() == 0
        ? ""
        : ", above the warning level of " + percent(budget.warning()) + " %";
  }

  private static void shares(StringBuilder screen, List<BudgetView.Share> shares) {
    if (!shares.isEmpty()) {
      Table table = Table.of("", "SHARE", "LIMIT#", "USED#", "RESERVED#", "LEFT#");
      for (BudgetView.Share share : shares) {
        table.row(
            share.name(),
            LedgerTables.hours(share.limitGpuSeconds()),
            LedgerTables.hours(share.postedGpuSeconds()),
            LedgerTables.hours(share.reservedGpuSeconds()),
            LedgerTables.hours(share.leftGpuSeconds()));
      }
      screen.append('\n').append(table);
    }
  }

  private static void movements(StringBuilder screen, List<Movement> movements) {
    if (!movements.isEmpty()) {
      Table table = Table.of("", "AT", "GPU-HOURS#", "BY", "WHY");
      for (Movement movement : movements) {
        String sign = movement.kind() == Movement.Kind.CREDIT ? "+" : "-";
        table.row(
            Words.time(movement.at()),
            sign + LedgerTables.hours(movement.amount().value()),
            movement.by(),
            movement.why());
      }
      screen.append('\n').append(table);
    }
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f", 100 * share);
  }

  private static String hours(String name, long gpuSeconds) {
    return line(name, String.format(Locale.ROOT, "%,.2f GPU-hours", gpuSeconds / HOUR_SECONDS));
  }

  private static String line(String name, String value) {
    return String.format("%-14s%s%n", name, Terminal.printable(value));
  }
}
