package org.bloomery.core.report;

import java.time.YearMonth;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.bloomery.core.ledger.Ledger;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.LedgerMonth;
import org.bloomery.core.ledger.LedgerSums;

/**
 * What a ledger's lines come to, by anything that people ask by.
 *
 * <p>Jobs of others are summed up by month when they are first asked about, and their sums are kept
 * up to date from then on. One by one it looks only at the jobs of runs, of which a history tells
 * more, and at months that are asked about in part.
 */
public final class Reports {
  private final Ledger ledger;
  private final Map<GroupBy, LedgerSums<Cell>> others = new EnumMap<>(GroupBy.class);
  private final LedgerSums<Site> sites;

  /** A row of a report, in one month. */
  private record Cell(YearMonth month, String key) {}

  /** A place in one month; jobs of runs are kept apart from others. */
  private record Site(YearMonth month, Place place, boolean ofRun) {}

  /** Where jobs computed. */
  public record Place(String cluster, String partition) {}

  /** Of a ledger, now and whatever comes. */
  public Reports(Ledger ledger) {
    this.ledger = ledger;
    this.sites =
        ledger.sums(
            line ->
                List.of(
                    new Site(LedgerMonth.of(line).month(), place(line), line.run().isPresent())));
  }

  private static Place place(LedgerEntry line) {
    return new Place(line.job().cluster(), line.partition());
  }

  /**
   * What was used in a period.
   *
   * @param stories what is known besides of the jobs of runs
   */
  public UsageTable usage(
      GroupBy by, Period period, Function<LedgerEntry, Optional<JobStory>> stories) {
    GroupSums sums = UsageTable.sums();
    others(by)
        .forEach(
            (cell, sum) -> {
              if (period.containsAll(cell.month())) {
                sums.addToGroup(cell.key(), sum.jobs(), figures(sum));
              }
            });
    sites.forEach(
        (site, sum) -> {
          if (!site.ofRun() && period.containsAll(site.month())) {
            sums.addToAll(sum.jobs(), figures(sum));
          }
        });
    Grouping grouping = new Grouping(by);
    for (LedgerEntry line : oneByOne(period)) {
      Optional<JobStory> story = line.run().isPresent() ? stories.apply(line) : Optional.empty();
      long lost = story.map(JobStory::lostGpuSeconds).orElse(0L);
      sums.addJob(
          grouping.keys(line, story),
          line.allocatedGpuSeconds(),
          line.chargedGpuSeconds(),
          lost,
          line.run().isPresent() ? 0 : line.chargedGpuSeconds());
    }
    return UsageTable.of(by, sums);
  }

  private LedgerSums<Cell> others(GroupBy by) {
    return others.computeIfAbsent(
        by,
        asked -> {
          Grouping grouping = new Grouping(asked);
          return ledger.sums(line -> line.run().isPresent() ? List.of() : cells(grouping, line));
        });
  }

  private static List<Cell> cells(Grouping grouping, LedgerEntry line) {
    YearMonth month = LedgerMonth.of(line).month();
    return grouping.keys(line, Optional.empty()).stream().map(key -> new Cell(month, key)).toList();
  }

  private static long[] figures(LedgerSums.Sum sum) {
    return new long[] {
      sum.allocatedGpuSeconds(), sum.chargedGpuSeconds(), 0, sum.chargedGpuSeconds()
    };
  }

  /** The lines of a period that are not in the sums of whole months. */
  private Collection<LedgerEntry> oneByOne(Period period) {
    Set<YearMonth> inPart = new HashSet<>();
    sites.forEach(
        (site, sum) -> {
          if (period.touches(site.month()) && !period.containsAll(site.month())) {
            inPart.add(site.month());
          }
        });
    Predicate<LedgerEntry> within = period.filter();
    Collection<LedgerEntry> lines = inPart.isEmpty() ? ledger.ofRuns() : ledger.entries();
    return lines.stream()
        .filter(within)
        .filter(line -> line.run().isPresent() || inPart.contains(LedgerMonth.of(line).month()))
        .toList();
  }

  /**
   * What the jobs of runs were spent on in a period.
   *
   * @param stories what is known of a job; jobs without a story are left out
   */
  public WasteTable waste(
      GroupBy by, Period period, Function<LedgerEntry, Optional<JobStory>> stories) {
    GroupSums sums = WasteTable.sums();
    Grouping grouping = new Grouping(by);
    Predicate<LedgerEntry> within = period.filter();
    for (LedgerEntry line : ledger.ofRuns()) {
      Optional<JobStory> story = within.test(line) ? stories.apply(line) : Optional.empty();
      story.ifPresent(
          told -> sums.addJob(grouping.keys(line, story), WasteTable.figures(told.split())));
    }
    return WasteTable.of(by, sums);
  }

  /** Allocated GPU-seconds of a period by where they were used; places without any are left out. */
  public Map<Place, Long> places(Period period) {
    Map<Place, Long> used = new HashMap<>();
    sites.forEach(
        (site, sum) -> {
          boolean isKept = !site.ofRun() && period.containsAll(site.month());
          if (isKept && sum.allocatedGpuSeconds() > 0) {
            used.merge(site.place(), sum.allocatedGpuSeconds(), Long::sum);
          }
        });
    for (LedgerEntry line : oneByOne(period)) {
      if (line.allocatedGpuSeconds() > 0) {
        used.merge(place(line), line.allocatedGpuSeconds(), Long::sum);
      }
    }
    return used;
  }
}
