package org.bloomery.core.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.JobPart;
import org.bloomery.core.ledger.LedgerEntry;

/**
 * What a site's own report says of a period, such as {@code sreport}, beside its accounting. A
 * report counts what lies in the period, also of jobs that run on or began before; the ledger
 * counts whole jobs on the day of their end. So {@code gpuSeconds} is the accounting's sum, with
 * the differences of all rows and what is unexplained.
 *
 * @param until to when it goes, which can be before the end of the period
 * @param gpuSeconds allocated ones, as reported
 * @param unexplainedGpuSeconds what the report has more than the parts of all jobs come to
 * @param rows the jobs that count otherwise, each with its explanation
 */
public record SiteReport(
    Instant until, long gpuSeconds, long unexplainedGpuSeconds, List<Row> rows) {
  private static final Comparator<Row> ORDER =
      Comparator.comparing(Row::jobId).thenComparingLong(Row::submitEpoch);

  /** One job of which the period has another part than the whole of it on the day of its end. */
  public record Row(
      String jobId,
      long submitEpoch,
      String account,
      long reportGpuSeconds,
      long accountingGpuSeconds,
      String why) {}

  public SiteReport {
    rows = List.copyOf(rows);
  }

  /**
   * Explains a report.
   *
   * @param until to when it goes
   * @param parts what each job has used until then
   * @param ended the jobs that ended in it
   */
  public static SiteReport of(
      Instant until, long gpuSeconds, Collection<JobPart> parts, Collection<LedgerEntry> ended) {
    Map<JobKey, LedgerEntry> left = new HashMap<>();
    ended.forEach(line -> left.put(line.job(), line));
    List<Row> rows = new ArrayList<>();
    for (JobPart part : parts) {
      LedgerEntry whole = part.kind() == JobPart.Kind.STUB ? null : left.remove(part.job());
      long counted = whole == null ? 0 : whole.allocatedGpuSeconds();
      if (counted != part.gpuSeconds()) {
        rows.add(row(part, counted, whole == null ? why(part.kind()) : why(whole, until)));
      }
    }
    for (LedgerEntry line : left.values()) {
      if (line.allocatedGpuSeconds() > 0) {
        JobPart none = new JobPart(line.job(), line.account(), JobPart.Kind.OVER, 0);
        rows.add(row(none, line.allocatedGpuSeconds(), why(line, until)));
      }
    }
    rows.sort(ORDER);
    long within = parts.stream().mapToLong(JobPart::gpuSeconds).sum();
    return new SiteReport(until, gpuSeconds, gpuSeconds - within, rows);
  }

  private static Row row(JobPart part, long counted, String why) {
    JobKey job = part.job();
    return new Row(job.jobId(), job.submitEpoch(), part.account(), part.gpuSeconds(), counted, why);
  }

  private static String why(LedgerEntry counted, Instant until) {
    return counted.end() > until.getEpochSecond()
        ? "the report does not go to its end yet"
        : "it began before the period";
  }

  private static String why(JobPart.Kind kind) {
    return switch (kind) {
      case OVER -> "it ended after the period";
      case RUNNING -> "it is not over";
      case STUB -> "a stub that SLURM keeps of a young job";
    };
  }
}
