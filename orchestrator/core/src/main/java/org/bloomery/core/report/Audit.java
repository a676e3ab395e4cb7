package org.bloomery.core.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.Ledger;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.Posting;

/**
 * The ledger beside the site's accounting, job by job, in allocated GPU-seconds.
 *
 * @param differenceGpuSeconds what the accounting has more than the ledger; below 0 if less
 * @param jobs that were compared
 * @param rows the jobs that differ, each with its explanation
 */
public record Audit(
    long differenceGpuSeconds,
    long accountingGpuSeconds,
    long ledgerGpuSeconds,
    long jobs,
    List<Row> rows) {
  private static final Comparator<JobKey> ORDER =
      Comparator.comparing(JobKey::cluster)
          .thenComparing(JobKey::jobId)
          .thenComparingLong(JobKey::submitEpoch);

  /** One job that differs. */
  public record Row(
      String jobId,
      long submitEpoch,
      Optional<RunId> run,
      String account,
      long accountingGpuSeconds,
      long ledgerGpuSeconds,
      String why) {}

  public Audit {
    rows = List.copyOf(rows);
  }

  /** Compares the lines of the same period. */
  public static Audit of(Collection<LedgerEntry> accounting, Collection<LedgerEntry> ledger) {
    SortedMap<JobKey, LedgerEntry> there = new TreeMap<>(ORDER);
    accounting.forEach(line -> there.put(line.job(), line));
    SortedMap<JobKey, LedgerEntry> here = byKeysOf(ledger, accounting);
    SortedMap<JobKey, LedgerEntry> all = new TreeMap<>(there);
    all.putAll(here);
    List<Row> rows = new ArrayList<>();
    for (JobKey job : all.keySet()) {
      row(Optional.ofNullable(there.get(job)), Optional.ofNullable(here.get(job)))
          .ifPresent(rows::add);
    }
    long thereSum = sum(there.values());
    long hereSum = sum(here.values());
    return new Audit(thereSum - hereSum, thereSum, hereSum, all.size(), rows);
  }

  /**
   * The ledger's lines; one from a source without submit times gets the key that it should have.
   */
  private static SortedMap<JobKey, LedgerEntry> byKeysOf(
      Collection<LedgerEntry> ledger, Collection<LedgerEntry> accounting) {
    Ledger keys = new Ledger();
    keys.add(accounting);
    SortedMap<JobKey, LedgerEntry> lines = new TreeMap<>(ORDER);
    for (LedgerEntry line : ledger) {
      JobKey key = line.knowsSubmit() ? line.job() : keys.keyOf(line);
      lines.put(key, line);
    }
    return lines;
  }

  private static long sum(Collection<LedgerEntry> lines) {
    return lines.stream().mapToLong(LedgerEntry::allocatedGpuSeconds).sum();
  }

  private static Optional<Row> row(Optional<LedgerEntry> there, Optional<LedgerEntry> here) {
    long thereUsed = there.map(LedgerEntry::allocatedGpuSeconds).orElse(0L);
    long hereUsed = here.map(LedgerEntry::allocatedGpuSeconds).orElse(0L);
    if (thereUsed == hereUsed) {
      return Optional.empty();
    }
    LedgerEntry either = there.or(() -> here).orElseThrow();
    return Optional.of(
        new Row(
            either.job().jobId(),
            either.job().submitEpoch(),
            here.flatMap(LedgerEntry::run),
            either.account(),
            thereUsed,
            hereUsed,
            why(there, here)));
  }

  private static String why(Optional<LedgerEntry> there, Optional<LedgerEntry> here) {
    if (here.isEmpty()) {
      return "the ledger does not have it: bloomery ledger collect";
    }
    if (there.isEmpty()) {
      return here.get().source() == Posting.Source.ACCOUNTING
          ? "accounting no longer shows it"
          : "accounting does not show it; posted from " + words(here.get().source());
    }
    return here.get().source() == Posting.Source.ACCOUNTING
        ? "accounting has changed it since it was posted: bloomery ledger collect"
        : "posted from " + words(here.get().source()) + ": bloomery ledger collect corrects it";
  }

  private static String words(Posting.Source source) {
    return switch (source) {
      case ACCOUNTING -> "the accounting";
      case EXIT_RECORD -> "its exit record";
      case LAST_SIGN_OF_LIFE -> "its last sign of life";
    };
  }
}
