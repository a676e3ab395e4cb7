package org.bloomery.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.Posting;
import org.junit.jupiter.api.Test;

class AuditTest {
  private static LedgerEntry job(String id, long submit, long used, Posting.Source source) {
    return new LedgerEntry(
        new JobKey("c", id, submit),
        "six",
        "ada",
        "",
        source == Posting.Source.ACCOUNTING ? Optional.empty() : Optional.of(new RunId("tr11")),
        0,
        "",
        "",
        "",
        1000,
        2000,
        used,
        used,
        "",
        source,
        source == Posting.Source.ACCOUNTING);
  }

  private static LedgerEntry accounted(String id, long submit, long used) {
    return job(id, submit, used, Posting.Source.ACCOUNTING);
  }

  @Test
  void whereBothAgreeThereIsNothingToTell() {
    List<LedgerEntry> both = List.of(accounted("1", 1, 100), accounted("1", 2, 50));
    Audit audit = Audit.of(both, both);
    assertThat(audit).isEqualTo(new Audit(0, 150, 150, 2, List.of()));
  }

  @Test
  void eachDifferenceIsExplained() {
    Audit audit =
        Audit.of(
            List.of(accounted("1", 1, 100), accounted("2", 1, 80), accounted("5", 1, 7)),
            List.of(
                job("2", 1, 70, Posting.Source.EXIT_RECORD),
                accounted("3", 1, 40),
                job("4", 1, 30, Posting.Source.LAST_SIGN_OF_LIFE),
                accounted("5", 1, 6)));

    assertThat(audit.differenceGpuSeconds()).isEqualTo(187 - 146);
    assertThat(audit.rows())
        .extracting(row -> row.jobId() + ": " + row.why())
        .containsExactly(
            "1: the ledger does not have it: bloomery ledger collect",
            "2: posted from its exit record: bloomery ledger collect corrects it",
            "3: accounting no longer shows it",
            "4: accounting does not show it; posted from its last sign of life",
            "5: accounting has changed it since it was posted: bloomery ledger collect");
    assertThat(
            audit.rows().stream()
                .mapToLong(row -> row.accountingGpuSeconds() - row.ledgerGpuSeconds())
                .sum())
        .isEqualTo(audit.differenceGpuSeconds());
  }

  @Test
  void aLineWithoutSubmitTimeIsTheSameJob() {
    assertThat(Audit.of(List.of(accounted("1", 1, 100)), List.of(accounted("1", -1000, 100))))
        .isEqualTo(new Audit(0, 100, 100, 1, List.of()));
  }
}
