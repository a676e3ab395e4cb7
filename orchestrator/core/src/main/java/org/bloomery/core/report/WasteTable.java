package org.bloomery.core.report;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What the jobs of runs were spent on, summed up; rows sum to the whole, and so do parts, exactly.
 *
 * @param parts GPU-seconds by what they were spent on
 */
public record WasteTable(long jobs, long gpuSeconds, Map<WasteKind, Long> parts, List<Row> rows) {

  /** One group. */
  public record Row(String key, long jobs, long gpuSeconds, Map<WasteKind, Long> parts)
      implements GroupSums.Row {

    private static Row of(String key, GroupSums.Sum sum) {
      Map<WasteKind, Long> parts = byKind(sum);
      return new Row(key, sum.jobs(), whole(parts), parts);
    }

    /** Effective training time ratio: the share that was spent on steps that were kept. */
    public double ettr() {
      return ratio(parts, gpuSeconds);
    }
  }

  public WasteTable {
    rows = List.copyOf(rows);
  }

  /** Effective training time ratio: the share that was spent on steps that were kept. */
  public double ettr() {
    return ratio(parts, gpuSeconds);
  }

  private static double ratio(Map<WasteKind, Long> parts, long whole) {
    return whole == 0 ? 1 : (double) parts.get(WasteKind.PRODUCTIVE) / whole;
  }

  /** Sums of GPU-seconds by what they were spent on. */
  static GroupSums sums() {
    return new GroupSums(WasteKind.values().length);
  }

  static WasteTable of(GroupBy by, GroupSums sums) {
    Map<WasteKind, Long> parts = byKind(sums.all());
    return new WasteTable(sums.all().jobs(), whole(parts), parts, sums.rows(by, Row::of));
  }

  /** A split as the figures that are summed. */
  static long[] figures(WasteSplit split) {
    WasteKind[] kinds = WasteKind.values();
    long[] figures = new long[kinds.length];
    for (int i = 0; i < kinds.length; i++) {
      figures[i] = split.of(kinds[i]);
    }
    return figures;
  }

  private static Map<WasteKind, Long> byKind(GroupSums.Sum sum) {
    WasteKind[] kinds = WasteKind.values();
    Map<WasteKind, Long> parts = new EnumMap<>(WasteKind.class);
    for (int i = 0; i < kinds.length; i++) {
      parts.put(kinds[i], sum.figure(i));
    }
    return parts;
  }

  private static long whole(Map<WasteKind, Long> parts) {
    return parts.values().stream().mapToLong(Long::longValue).sum();
  }
}
