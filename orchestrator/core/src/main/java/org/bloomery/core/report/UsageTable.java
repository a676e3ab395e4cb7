package org.bloomery.core.report;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.bloomery.core.ledger.LedgerEntry;

/**
 * What was used, summed up; the rows sum to the whole exactly.
 *
 * @param jobs in all rows; a job on several nodes counts once here and in the row of each node
 */
public record UsageTable(
    long jobs, long allocatedGpuSeconds, long gpuSeconds, long lostGpuSeconds, List<Row> rows) {
  private static final Comparator<Row> BY_KEY = Comparator.comparing(Row::key);
  private static final Comparator<Row> BY_SIZE =
      Comparator.comparingLong(Row::gpuSeconds).reversed().thenComparing(BY_KEY);

  /**
   * One group.
   *
   * @param gpuSeconds as charged
   */
  public record Row(
      String key, long jobs, long allocatedGpuSeconds, long gpuSeconds, long lostGpuSeconds) {}

  public UsageTable {
    rows = List.copyOf(rows);
  }

  /**
   * Sums up the lines of a period.
   *
   * @param stories what is known of a line besides; empty for jobs of others
   */
  public static UsageTable of(
      Collection<LedgerEntry> lines,
      GroupBy by,
      Period period,
      Function<LedgerEntry, Optional<JobStory>> stories) {
    Sums sums = new Sums(by);
    Predicate<LedgerEntry> within = period.filter();
    for (LedgerEntry line : lines) {
      if (within.test(line)) {
        sums.add(line, line.run().isPresent() ? stories.apply(line) : Optional.empty());
      }
    }
    return sums.table();
  }

  /** Where jobs computed. */
  public record Place(String cluster, String partition) {}

  /** Allocated GPU-seconds of a period by where they were used; places without any are left out. */
  public static Map<Place, Long> places(Collection<LedgerEntry> lines, Period period) {
    Predicate<LedgerEntry> within = period.filter();
    Map<Place, Long> used = new HashMap<>();
    for (LedgerEntry line : lines) {
      if (line.allocatedGpuSeconds() > 0 && within.test(line)) {
        Place place = new Place(line.job().cluster(), line.partition());
        used.merge(place, line.allocatedGpuSeconds(), Long::sum);
      }
    }
    return used;
  }

  /** What one group has come to so far. */
  private static final class Sum {
    private long jobs;
    private long allocated;
    private long charged;
    private long lost;

    void add(long allocatedMore, long chargedMore, long lostMore) {
      jobs++;
      allocated += allocatedMore;
      charged += chargedMore;
      lost += lostMore;
    }

    Row row(String key) {
      return new Row(key, jobs, allocated, charged, lost);
    }
  }

  private static final class Sums {
    private final GroupBy by;
    private final Grouping grouping;
    private final Map<String, Sum> groups = new HashMap<>();
    private final Sum all = new Sum();

    Sums(GroupBy by) {
      this.by = by;
      this.grouping = new Grouping(by);
    }

    void add(LedgerEntry line, Optional<JobStory> story) {
      long lost = story.map(JobStory::lostGpuSeconds).orElse(0L);
      all.add(line.allocatedGpuSeconds(), line.chargedGpuSeconds(), lost);
      List<String> keys = grouping.keys(line, story);
      for (int i = 0; i < keys.size(); i++) {
        groups
            .computeIfAbsent(keys.get(i), key -> new Sum())
            .add(
                Grouping.part(line.allocatedGpuSeconds(), i, keys.size()),
                Grouping.part(line.chargedGpuSeconds(), i, keys.size()),
                Grouping.part(lost, i, keys.size()));
      }
    }

    UsageTable table() {
      List<Row> rows =
          groups.entrySet().stream()
              .map(group -> group.getValue().row(group.getKey()))
              .sorted(by.isTime() ? BY_KEY : BY_SIZE)
              .toList();
      return new UsageTable(all.jobs, all.allocated, all.charged, all.lost, rows);
    }
  }
}
