package org.bloomery.controlplane.api;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.report.Audit;
import org.bloomery.core.report.Period;
import org.bloomery.core.report.SiteReport;

/**
 * The ledger beside a cluster's accounting.
 *
 * @param differenceGpuSeconds what the accounting has more than the ledger, in allocated
 *     GPU-seconds
 * @param rows the jobs that differ
 * @param report what the cluster's own report says of the same time, such as SLURM's
 * @param reportSilent why there is none
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
    List<Audit.Row> rows,
    Optional<SiteReport> report,
    Optional<String> reportSilent) {
  public AuditView {
    rows = List.copyOf(rows);
  }

  /** The cluster's own report, or why there is none. */
  public record Report(Optional<SiteReport> said, Optional<String> silent) {}

  public static AuditView of(
      Audit audit, String cluster, Period period, Report report, Instant asOf) {
    return new AuditView(
        asOf,
        cluster,
        period.from(),
        period.to(),
        audit.differenceGpuSeconds(),
        audit.accountingGpuSeconds(),
        audit.ledgerGpuSeconds(),
        audit.jobs(),
        audit.rows(),
        report.said(),
        report.silent());
  }
}
