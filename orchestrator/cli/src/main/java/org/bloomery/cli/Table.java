package org.bloomery.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Aligned columns without lines around them; a table without rows says so in one line. */
final class Table {
  /** A screen's usual width; only the last column gives way to it. */
  static final int WIDTH = 100;

  private static final String GAP = "  ";

  private final List<String> head;
  private final String none;
  private final List<List<String>> rows = new ArrayList<>();
  private int lastColumnMin = 20;

  private Table(String none, List<String> head) {
    this.none = none;
    this.head = head;
  }

  /**
   * An empty table.
   *
   * @param none what stands there when no row is added
   * @param head titles; one that ends in {@code #} has numbers under it, set to the right
   */
  static Table of(String none, String... head) {
    return new Table(none, List.of(head));
  }

  /** Lets the last column be as wide as it is. */
  Table whole() {
    lastColumnMin = Integer.MAX_VALUE;
    return this;
  }

  Table row(Object... cells) {
    if (cells.length != head.size()) {
      throw new IllegalArgumentException("a row of " + cells.length + " under " + head);
    }
    rows.add(Arrays.stream(cells).map(cell -> Terminal.printable(cell.toString())).toList());
    return this;
  }

  @Override
  public String toString() {
    if (rows.isEmpty()) {
      return none + "\n";
    }
    int[] widths = widths();
    StringBuilder text = new StringBuilder();
    append(text, head.stream().map(Table::title).toList(), widths);
    rows.forEach(row -> append(text, row, widths));
    return text.toString();
  }

  private int[] widths() {
    int last = head.size() - 1;
    int[] widths = new int[head.size()];
    int used = 0;
    for (int i = 0; i < widths.length; i++) {
      widths[i] = title(head.get(i)).length();
      for (List<String> row : rows) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
      used += i < last ? widths[i] + GAP.length() : 0;
    }
    widths[last] = Math.min(widths[last], Math.max(lastColumnMin, WIDTH - used));
    return widths;
  }

  private void append(StringBuilder text, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = cut(cells.get(i), widths[i]);
      String pad = " ".repeat(widths[i] - cell.length());
      line.append(i == 0 ? "" : GAP).append(isNumber(i) ? pad + cell : cell + pad);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private static String cut(String cell, int width) {
    return cell.length() <= width ? cell : cell.substring(0, width - 3) + "...";
  }

  private boolean isNumber(int column) {
    return head.get(column).endsWith("#");
  }

  private static String title(String head) {
    return head.replace("#", "");
  }
}
