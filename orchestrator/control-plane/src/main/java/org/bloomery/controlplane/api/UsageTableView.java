package org.bloomery.controlplane.api;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.Period;
import org.bloomery.core.report.UsageTable;

/**
 * What was used, summed up.
 *
 * @param by the word for what the rows are
 * @param from first day, in UTC
 * @param to last day
 * @param gpuSeconds as charged
 * @param allocatedGpuSeconds devices x elapsed time, as the accounting has them
 * @param foreignGpuSeconds the charged ones of jobs that no run has started
 * @param energy of what was allocated, where the power of the devices is known
 */
public record UsageTableView(
    Instant asOf,
    String by,
    Optional<LocalDate> from,
    Optional<LocalDate> to,
    long jobs,
    long gpuSeconds,
    long allocatedGpuSeconds,
    long lostGpuSeconds,
    long foreignGpuSeconds,
    List<UsageTable.Row> rows,
    List<EnergyView> energy) {
  public UsageTableView {
    rows = List.copyOf(rows);
    energy = List.copyOf(energy);
  }

  /** A table with what is known besides. */
  public static UsageTableView of(
      UsageTable table, GroupBy by, Period period, List<EnergyView> energy, Instant asOf) {
    return new UsageTableView(
        asOf,
        by.word(),
        period.from(),
        period.to(),
        table.jobs(),
        table.gpuSeconds(),
        table.allocatedGpuSeconds(),
        table.lostGpuSeconds(),
        table.foreignGpuSeconds(),
        table.rows(),
        energy);
  }
}
