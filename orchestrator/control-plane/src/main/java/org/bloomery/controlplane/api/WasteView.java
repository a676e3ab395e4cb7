package org.bloomery.controlplane.api;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.Period;
import org.bloomery.core.report.WasteKind;
import org.bloomery.core.report.WasteTable;

/**
 * What the jobs of runs were spent on.
 *
 * @param ettr effective training time ratio: the share that was spent on steps that were kept
 * @param tokens that the sealed trainings of all runs have seen
 * @param gpuHoursPerBillionTokens over all time; absent while there are no tokens
 * @param parts GPU-seconds by what they were spent on
 * @param incidents ends that nobody planned, the dearest first
 */
public record WasteView(
    Instant asOf,
    String by,
    Optional<LocalDate> from,
    Optional<LocalDate> to,
    long gpuSeconds,
    double ettr,
    long tokens,
    OptionalDouble gpuHoursPerBillionTokens,
    Map<String, Long> parts,
    List<Row> rows,
    List<Incident> incidents) {
  public WasteView {
    rows = List.copyOf(rows);
    incidents = List.copyOf(incidents);
  }

  /** One group. */
  public record Row(String key, long jobs, long gpuSeconds, double ettr, Map<String, Long> parts) {}

  /**
   * What one end has cost: all of its attempt that was not productive, and the next start.
   *
   * @param nodes that were blamed for it
   */
  public record Incident(
      String run, int attempt, String cause, List<String> nodes, long gpuSeconds) {
    public Incident {
      nodes = List.copyOf(nodes);
    }
  }

  static Map<String, Long> words(Map<WasteKind, Long> parts) {
    Map<String, Long> words = new TreeMap<>();
    parts.forEach((kind, part) -> words.put(kind.words(), part));
    return words;
  }

  /** The table with what is known besides. */
  public static WasteView of(
      WasteTable table, GroupBy by, Period period, Extent extent, Instant asOf) {
    boolean always = period.equals(Period.ALWAYS);
    return new WasteView(
        asOf,
        by.word(),
        period.from(),
        period.to(),
        table.gpuSeconds(),
        table.ettr(),
        extent.tokens(),
        always && extent.tokens() > 0
            ? OptionalDouble.of(table.gpuSeconds() / 3600.0 / (extent.tokens() / 1e9))
            : OptionalDouble.empty(),
        words(table.parts()),
        table.rows().stream()
            .map(
                row ->
                    new Row(
                        row.key(), row.jobs(), row.gpuSeconds(), row.ettr(), words(row.parts())))
            .toList(),
        extent.incidents());
  }

  /** What the histories of the runs tell beyond their postings. */
  public record Extent(long tokens, List<Incident> incidents) {
    public Extent {
      incidents = List.copyOf(incidents);
    }
  }
}
