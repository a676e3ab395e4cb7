package org.bloomery.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.JobPart;
import org.bloomery.core.ledger.JobPart.Kind;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.Posting;
import org.junit.jupiter.api.Test;

/** Goal: a report of what lies in a period is explained by the jobs that are only in part in it. */
class SiteReportTest {
  private static final Instant UNTIL = Instant.ofEpochSecond(3600);

  private static LedgerEntry ended(String id, long used) {
    return ended(id, used, 2000);
  }

  private static LedgerEntry ended(String id, long used, long end) {
    return new LedgerEntry(
        new JobKey("c", id, 1),
        "six",
        "ada",
        "",
        Optional.empty(),
        0,
        "",
        "p",
        "",
        1000,
        end,
        used,
        used,
        "COMPLETED",
        Posting.Source.ACCOUNTING,
        true);
  }

  private static JobPart part(String id, Kind kind, long used) {
    return new JobPart(new JobKey("c", id, 1), "six", kind, used);
  }

  @Test
  void whereAllJobsLieInThePeriodThereIsNothingToTell() {
    SiteReport report =
        SiteReport.of(
            UNTIL,
            150,
            List.of(part("1", Kind.OVER, 100), part("2", Kind.OVER, 50)),
            List.of(ended("1", 100), ended("2", 50), ended("3", 0)));
    assertThat(report).isEqualTo(new SiteReport(UNTIL, 150, 0, List.of()));
  }

  @Test
  void jobsThatAreInPartInItExplainTheDifference() {
    List<JobPart> parts =
        List.of(
            part("1", Kind.OVER, 40),
            part("2", Kind.OVER, 30),
            part("3", Kind.RUNNING, 20),
            part("4", Kind.STUB, 5),
            part("4", Kind.OVER, 5));
    List<LedgerEntry> ended = List.of(ended("1", 100), ended("4", 5), ended("5", 7, 3601));

    SiteReport report = SiteReport.of(UNTIL, 103, parts, ended);

    assertThat(report.unexplainedGpuSeconds()).isEqualTo(3);
    assertThat(report.rows())
        .extracting(row -> row.jobId() + ": " + row.why())
        .containsExactly(
            "1: it began before the period",
            "2: it ended after the period",
            "3: it is not over",
            "4: a stub that SLURM keeps of a young job",
            "5: the report does not go to its end yet");
    long explained =
        report.rows().stream()
            .mapToLong(row -> row.reportGpuSeconds() - row.accountingGpuSeconds())
            .sum();
    assertThat(112 + explained + report.unexplainedGpuSeconds()).isEqualTo(report.gpuSeconds());
  }
}
