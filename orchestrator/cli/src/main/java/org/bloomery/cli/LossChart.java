package org.bloomery.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.bloomery.controlplane.api.LossPoint;

/** Draws the loss of a run with characters: each attempt with its own digit. */
final class LossChart {
  private static final int WIDTH = 72;
  private static final int HEIGHT = 14;

  private final List<LossPoint> points;
  private final long last;
  private final double low;
  private final double high;

  private LossChart(List<LossPoint> points) {
    this.points = points;
    last = points.stream().mapToLong(LossPoint::iteration).max().orElse(1);
    low = points.stream().mapToDouble(LossPoint::loss).min().orElse(0);
    high = points.stream().mapToDouble(LossPoint::loss).max().orElse(1);
  }

  /** The chart, and in words whether iterations that were done twice came out the same. */
  static String of(List<LossPoint> all) {
    List<LossPoint> finite = all.stream().filter(point -> Double.isFinite(point.loss())).toList();
    if (finite.isEmpty()) {
      return "No loss was logged.\n";
    }
    return new LossChart(finite).draw() + twice(finite);
  }

  private String draw() {
    char[][] cells = new char[HEIGHT][WIDTH];
    for (char[] row : cells) {
      java.util.Arrays.fill(row, ' ');
    }
    for (LossPoint point : points) {
      int column = (int) ((point.iteration() - 1) * (WIDTH - 1) / Math.max(1, last - 1));
      double share = high > low ? (high - point.loss()) / (high - low) : 0;
      int row = (int) Math.round(share * (HEIGHT - 1));
      cells[row][column] = (char) ('0' + point.attempt() % 10);
    }
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < HEIGHT; row++) {
      double loss = high - (high - low) * row / (HEIGHT - 1);
      String line = String.format(Locale.ROOT, "%6.3f |%s", loss, new String(cells[row]));
      text.append(line.stripTrailing()).append('\n');
    }
    String right = Long.toString(last);
    text.append("       +").append("-".repeat(WIDTH)).append('\n');
    text.append("        1")
        .append(" ".repeat(Math.max(1, WIDTH - 1 - right.length())))
        .append(right)
        .append("  iteration\n");
    return text.append("        (a digit is the attempt that logged the loss)\n").toString();
  }

  private static String twice(List<LossPoint> points) {
    Map<Long, Double> first = new TreeMap<>();
    long from = Long.MAX_VALUE;
    long to = 0;
    double largest = 0;
    for (LossPoint point : points) {
      Double before = first.putIfAbsent(point.iteration(), point.loss());
      if (before != null) {
        from = Math.min(from, point.iteration());
        to = Math.max(to, point.iteration());
        largest = Math.max(largest, Math.abs(before - point.loss()));
      }
    }
    return to == 0
        ? ""
        : String.format(
            Locale.ROOT,
            "        iterations %d to %d were done twice; largest difference of the loss: %.6f%n",
            from,
            to,
            largest);
  }
}
