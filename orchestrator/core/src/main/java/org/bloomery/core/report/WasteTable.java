package org.bloomery.core.report;

import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.bloomery.core.ledger.LedgerEntry;

/**
 * What the jobs of runs were spent on, summed up; rows sum to the whole, and so do parts, exactly.
 *
 * @param parts GPU-seconds by what they were spent on
 */
public record WasteTable(long jobs, long gpuSeconds, Map<WasteKind, Long> parts, List<Row> rows) {

  /** One group. */
  public record Row(String key, long jobs, long gpuSeconds, Map<WasteKind, Long> parts) {

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

  /**
   * Sums up the lines of a period.
   *
   * @param stories what is known of a line; lines without a story are left out
   */
  public static WasteTable of(
      Collection<LedgerEntry> lines,
      GroupBy by,
      Period period,
      Function<LedgerEntry, Optional<JobStory>> stories) {
    Grouping grouping = new Grouping(by);
    Map<String, Sum> groups = new TreeMap<>();
    Sum all = new Sum();
    for (LedgerEntry line : lines) {
      Optional<JobStory> story =
          period.contains(line) && line.run().isPresent() ? stories.apply(line) : Optional.empty();
      if (story.isPresent()) {
        WasteSplit split = story.get().split();
        all.add(split, 0, 1);
        List<String> keys = grouping.keys(line, story);
        for (int i = 0; i < keys.size(); i++) {
          groups.computeIfAbsent(keys.get(i), key -> new Sum()).add(split, i, keys.size());
        }
      }
    }
    Comparator<Row> order =
        by.isTime()
            ? Comparator.comparing(Row::key)
            : Comparator.comparingLong(Row::gpuSeconds).reversed().thenComparing(Row::key);
    return new WasteTable(
        all.jobs,
        all.whole(),
        all.parts,
        groups.entrySet().stream()
            .map(group -> group.getValue().row(group.getKey()))
            .sorted(order)
            .toList());
  }

  private static final class Sum {
    private final Map<WasteKind, Long> parts = new EnumMap<>(WasteSplit.NONE.parts());
    private long jobs;

    void add(WasteSplit split, int place, int of) {
      jobs++;
      split
          .parts()
          .forEach((kind, part) -> parts.merge(kind, Grouping.part(part, place, of), Long::sum));
    }

    long whole() {
      return parts.values().stream().mapToLong(Long::longValue).sum();
    }

    Row row(String key) {
      return new Row(key, jobs, whole(), parts);
    }
  }
}
