package org.bloomery.controlplane.api;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.report.Audit;
import org.bloomery.core.report.Period;

/**
 * The ledger beside a cluster's accounting.
 *
 * @param differenceGpuSeconds what the accounting has more than the ledger, in allocated
 *     GPU-seconds
 * @param rows the jobs that differ
 */
public record AuditView(
    Instant asOf,
    String cluster,
    Optional<LocalDate> from,
    Optional<LocalDate> to,
    long differenceGpuSeconds,
    long accountingGpuSeconds,
    long ledgerGpuSeconds,
    long jobs,
    List<Audit.Row> rows) {
  public AuditView {
    rows = List.copyOf(rows);
  }

  public static AuditView of(Audit audit, String cluster, Period period, Instant asOf) {
    return new AuditView(
        asOf,
        cluster,
        period.from(),
        period.to(),
        audit.differenceGpuSeconds(),
        audit.accountingGpuSeconds(),
        audit.ledgerGpuSeconds(),
        audit.jobs(),
        audit.rows());
  }
}
