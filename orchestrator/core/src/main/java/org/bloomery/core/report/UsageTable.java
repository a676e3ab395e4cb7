package org.bloomery.core.report;

import java.util.List;

/**
 * What was used, summed up; the rows sum to the whole exactly.
 *
 * @param jobs in all rows; a job on several nodes counts once here and in the row of each node
 */
public record UsageTable(
    long jobs,
    long allocatedGpuSeconds,
    long gpuSeconds,
    long lostGpuSeconds,
    long foreignGpuSeconds,
    List<Row> rows) {
  private static final int FIGURES = 4;

  /**
   * One group.
   *
   * @param gpuSeconds as charged
   * @param foreignGpuSeconds the part of them of jobs that no run has started
   */
  public record Row(
      String key,
      long jobs,
      long allocatedGpuSeconds,
      long gpuSeconds,
      long lostGpuSeconds,
      long foreignGpuSeconds)
      implements GroupSums.Row {

    private static Row of(String key, GroupSums.Sum sum) {
      return new Row(key, sum.jobs(), sum.figure(0), sum.figure(1), sum.figure(2), sum.figure(3));
    }
  }

  public UsageTable {
    rows = List.copyOf(rows);
  }

  /** Sums of allocated, charged, lost and foreign GPU-seconds. */
  static GroupSums sums() {
    return new GroupSums(FIGURES);
  }

  static UsageTable of(GroupBy by, GroupSums sums) {
    Row all = Row.of("", sums.all());
    return new UsageTable(
        all.jobs(),
        all.allocatedGpuSeconds(),
        all.gpuSeconds(),
        all.lostGpuSeconds(),
        all.foreignGpuSeconds(),
        sums.rows(by, Row::of));
  }
}
