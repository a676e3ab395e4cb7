package org.bloomery.cli;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bloomery.controlplane.api.BudgetView;
import org.bloomery.controlplane.api.EnergyView;
import org.bloomery.controlplane.api.UsageTableView;
import org.bloomery.controlplane.api.WasteView;
import org.bloomery.core.report.UsageTable;
import org.bloomery.core.report.WasteKind;

/**
 * Reports as one page that needs nothing else: its style and its charts are in it, it has no
 * script, and every text that somebody chose is escaped.
 */
final class LedgerHtml {
  private static final int BARS_MAX = 60;
  private static final int WIDTH = 620;
  private static final int BAR_HEIGHT = 18;
  private static final int PLOT_HEIGHT = 240;
  private static final int LABEL_WIDTH = 180;

  private static final String STYLE =
      """
      body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 60em; color: #222; }
      table { border-collapse: collapse; margin: 1em 0; }
      td, th { padding: .2em .8em; text-align: right; border-bottom: 1px solid #ddd; }
      td:first-child, th:first-child { text-align: left; }
      svg { font: 12px sans-serif; margin: 1em 0; }
      """;

  /** Told apart also by people who see few colours: from dark to light. */
  private static final Map<WasteKind, String> COLOURS =
      new TreeMap<>(
          Map.of(
              WasteKind.PRODUCTIVE, "#1b4f72",
              WasteKind.VALIDATION, "#2e86c1",
              WasteKind.CHECKPOINT_SAVE, "#85c1e9",
              WasteKind.START_UP, "#f4d03f",
              WasteKind.LOST, "#c0392b",
              WasteKind.HANG, "#7d3c98",
              WasteKind.PREFLIGHT, "#117864",
              WasteKind.OTHER, "#aab7b8"));

  private LedgerHtml() {}

  static String usage(UsageTableView view) {
    List<Bar> bars =
        view.rows().stream()
            .map(row -> new Bar(row.key(), List.of(new Part(row.gpuSeconds(), "#1b4f72"))))
            .toList();
    List<List<String>> rows = new ArrayList<>();
    for (UsageTable.Row row : view.rows()) {
      rows.add(
          List.of(
              row.key(),
              Long.toString(row.jobs()),
              LedgerTables.hours(row.gpuSeconds()),
              LedgerTables.share(row.gpuSeconds(), view.gpuSeconds()),
              LedgerTables.hours(row.lostGpuSeconds()),
              LedgerTables.hours(row.foreignGpuSeconds())));
    }
    StringBuilder body = new StringBuilder();
    body.append(paragraph(LedgerTables.hours(view.gpuSeconds()) + " GPU-hours"))
        .append(chart(bars))
        .append(table(List.of(view.by(), "jobs", "GPU-hours", "share", "lost", "foreign"), rows));
    for (EnergyView energy : view.energy()) {
      body.append(paragraph(energy.words()));
    }
    return page("GPU-hours by " + view.by(), view.asOf().toString(), body.toString());
  }

  static String waste(WasteView view) {
    List<Bar> bars = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (WasteView.Row row : view.rows()) {
      List<Part> parts = new ArrayList<>();
      COLOURS.forEach((kind, colour) -> parts.add(new Part(row.parts().get(kind.words()), colour)));
      bars.add(new Bar(row.key(), parts));
      rows.add(
          List.of(
              row.key(),
              LedgerTables.hours(row.gpuSeconds()),
              String.format(Locale.ROOT, "%.3f", row.ettr())));
    }
    StringBuilder legend = new StringBuilder("<p>");
    COLOURS.forEach(
        (kind, colour) ->
            legend
                .append("<span style=\"color:")
                .append(colour)
                .append("\">&#9632;</span> ")
                .append(escape(kind.words()))
                .append(" &nbsp; "));
    return page(
        "What GPU-hours were spent on, by " + view.by(),
        view.asOf().toString(),
        paragraph(String.format(Locale.ROOT, "ETTR %.3f", view.ettr()))
            + chart(bars)
            + legend
            + "</p>\n"
            + table(List.of(view.by(), "GPU-hours", "ETTR"), rows));
  }

  static String budgets(List<BudgetView> budgets) {
    StringBuilder body = new StringBuilder();
    String asOf = "";
    for (BudgetView budget : budgets) {
      asOf = budget.asOf().toString();
      body.append("<h2>").append(escape(budget.name())).append("</h2>\n");
      body.append(
          chart(
              List.of(
                  new Bar("limit", List.of(new Part(budget.limitGpuSeconds(), "#aab7b8"))),
                  new Bar(
                      "used, reserved, left",
                      List.of(
                          new Part(budget.postedGpuSeconds(), "#1b4f72"),
                          new Part(budget.reservedGpuSeconds(), "#f4d03f"),
                          new Part(budget.leftGpuSeconds(), "#85c1e9"))))));
      body.append(burnDown(budget));
      body.append("<pre>").append(escape(BudgetScreen.of(budget))).append("</pre>\n");
    }
    return page("Allocations", asOf, body.toString());
  }

  /** What was left, day by day, and the forecast as a fan to the days on which nothing will be. */
  private static String burnDown(BudgetView budget) {
    if (budget.burnDown().isEmpty()) {
      return "";
    }
    LocalDate last = budget.burnDown().get(budget.burnDown().size() - 1).day();
    LocalDate end =
        Stream.of(budget.dryOnLatest(), budget.dryOn(), Optional.of(budget.to()))
            .flatMap(Optional::stream)
            .filter(day -> day.isBefore(budget.to().plusYears(1)))
            .max(Comparator.naturalOrder())
            .orElse(budget.to());
    Plot plot = new Plot(budget.from(), end.isAfter(last) ? end : last, budget.limitGpuSeconds());
    StringBuilder line = new StringBuilder(plot.point(budget.from(), budget.limitGpuSeconds()));
    budget
        .burnDown()
        .forEach(p -> line.append(' ').append(plot.point(p.day(), p.leftGpuSeconds())));
    long left = budget.burnDown().get(budget.burnDown().size() - 1).leftGpuSeconds();
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format("<svg width=\"%d\" height=\"%d\" role=\"img\">%n", WIDTH, PLOT_HEIGHT));
    svg.append(polyline(line.toString(), "#1b4f72", ""));
    Stream.of(budget.dryOnEarliest(), budget.dryOn(), budget.dryOnLatest())
        .flatMap(Optional::stream)
        .forEach(
            day ->
                svg.append(
                    polyline(plot.point(last, left) + " " + plot.point(day, 0), "#c0392b", "4 3")));
    return svg.append("</svg>\n").toString();
  }

  private static String polyline(String points, String colour, String dashes) {
    return String.format(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-dasharray=\"%s\"/>%n",
        points, colour, dashes);
  }

  /** Where a day and an amount lie in a chart. */
  private record Plot(LocalDate first, LocalDate last, long most) {
    String point(LocalDate day, long value) {
      double days = Math.max(1, ChronoUnit.DAYS.between(first, last));
      double x = WIDTH * ChronoUnit.DAYS.between(first, day) / days;
      double y = PLOT_HEIGHT * (1 - Math.max(0, value) / (double) Math.max(1, most));
      return String.format(Locale.ROOT, "%.1f,%.1f", Math.max(0, Math.min(WIDTH, x)), y);
    }
  }

  /** One row of a chart. */
  private record Bar(String label, List<Part> parts) {
    long length() {
      return parts.stream().mapToLong(Part::value).sum();
    }
  }

  /** A stretch of a bar. */
  private record Part(long value, String colour) {}

  private static String chart(List<Bar> all) {
    List<Bar> bars = all.subList(0, Math.min(BARS_MAX, all.size()));
    long most = Math.max(1, bars.stream().mapToLong(Bar::length).max().orElse(1));
    int height = bars.size() * (BAR_HEIGHT + 4);
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg width=\"%d\" height=\"%d\" role=\"img\">%n",
            LABEL_WIDTH + WIDTH + 120,
            height));
    int y = 0;
    for (Bar bar : bars) {
      svg.append(text(LABEL_WIDTH - 6, y, "end", bar.label().isEmpty() ? "-" : bar.label()));
      double x = LABEL_WIDTH;
      for (Part part : bar.parts()) {
        double width = (double) WIDTH * part.value() / most;
        svg.append(
            String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                x,
                y,
                width,
                BAR_HEIGHT,
                part.colour()));
        x += width;
      }
      svg.append(text((int) x + 6, y, "start", LedgerTables.hours(bar.length())));
      y += BAR_HEIGHT + 4;
    }
    return svg.append("</svg>\n").toString();
  }

  private static String text(int x, int y, String anchor, String text) {
    return String.format(
        Locale.ROOT,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>%n",
        x,
        y + BAR_HEIGHT - 5,
        anchor,
        escape(text.length() > 28 ? text.substring(0, 27) + "…" : text));
  }

  private static String table(List<String> head, List<List<String>> rows) {
    StringBuilder table = new StringBuilder("<table>\n<tr>");
    head.forEach(cell -> table.append("<th>").append(escape(cell)).append("</th>"));
    table.append("</tr>\n");
    for (List<String> row : rows) {
      table.append("<tr>");
      row.forEach(cell -> table.append("<td>").append(escape(cell)).append("</td>"));
      table.append("</tr>\n");
    }
    return table.append("</table>\n").toString();
  }

  private static String paragraph(String text) {
    return "<p>" + escape(text) + "</p>\n";
  }

  private static String page(String title, String asOf, String body) {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>"
        + escape(title)
        + "</title>\n<style>\n"
        + STYLE
        + "</style>\n</head>\n<body>\n<h1>"
        + escape(title)
        + "</h1>\n"
        + body
        + paragraph("as of " + asOf)
        + "</body>\n</html>\n";
  }

  /** A text that can be no markup, wherever it stands; what no terminal would print is left out. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .filter(c -> c == '\n' || !Character.isISOControl(c))
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(c);
              }
            });
    return escaped.toString();
  }
}
