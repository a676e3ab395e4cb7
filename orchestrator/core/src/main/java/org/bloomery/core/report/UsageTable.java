package org.bloomery.core.report;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.IsoFields;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.slurm.HostList;

/**
 * What was used, summed up; the rows sum to the whole exactly.
 *
 * @param jobs in all rows; a job on several nodes counts once here and in the row of each node
 */
public record UsageTable(
    long jobs, long allocatedGpuSeconds, long gpuSeconds, long lostGpuSeconds, List<Row> rows) {
  private static final long DAY_SECONDS = 86_400;
  private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("uuuu-MM");
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
    for (LedgerEntry line : lines) {
      if (period.contains(line)) {
        sums.add(line, line.run().isPresent() ? stories.apply(line) : Optional.empty());
      }
    }
    return sums.table();
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
    private final Map<String, Sum> groups = new TreeMap<>();
    private final Map<Long, String> days = new HashMap<>();
    private final Map<String, List<String>> nodes = new HashMap<>();
    private final Sum all = new Sum();

    Sums(GroupBy by) {
      this.by = by;
    }

    void add(LedgerEntry line, Optional<JobStory> story) {
      long lost = story.map(JobStory::lostGpuSeconds).orElse(0L);
      all.add(line.allocatedGpuSeconds(), line.chargedGpuSeconds(), lost);
      List<String> keys = keys(line, story);
      for (int i = 0; i < keys.size(); i++) {
        groups
            .computeIfAbsent(keys.get(i), key -> new Sum())
            .add(
                part(line.allocatedGpuSeconds(), i, keys.size()),
                part(line.chargedGpuSeconds(), i, keys.size()),
                part(lost, i, keys.size()));
      }
    }

    /** One of the equal parts of a whole; the seconds that are left over go to the first ones. */
    private static long part(long whole, int place, int parts) {
      return whole / parts + (place < whole % parts ? 1 : 0);
    }

    private List<String> keys(LedgerEntry line, Optional<JobStory> story) {
      return switch (by) {
        case RUN -> List.of(line.run().map(RunId::value).orElse("job " + line.jobName()));
        case USER -> List.of(line.user());
        case ACCOUNT -> List.of(line.account());
        case TEAM -> List.of(line.team());
        case MONTH, WEEK ->
            List.of(days.computeIfAbsent(Math.floorDiv(line.end(), DAY_SECONDS), this::time));
        case CAUSE -> List.of(story.map(JobStory::cause).orElseGet(() -> ending(line)));
        case NODE -> nodes.computeIfAbsent(line.nodes(), Sums::nodes);
      };
    }

    private String time(long day) {
      LocalDate date = LocalDate.ofEpochDay(day);
      return by == GroupBy.MONTH
          ? MONTH.format(date.atStartOfDay(ZoneOffset.UTC))
          : String.format(
              Locale.ROOT,
              "%04d-W%02d",
              date.get(IsoFields.WEEK_BASED_YEAR),
              date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
    }

    private static String ending(LedgerEntry line) {
      return line.state().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static List<String> nodes(String list) {
      List<String> names = HostList.expand(list);
      return names.isEmpty() ? List.of("") : names;
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
