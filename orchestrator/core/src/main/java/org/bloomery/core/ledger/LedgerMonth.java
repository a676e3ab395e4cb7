package org.bloomery.core.ledger;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Comparator;

/** The jobs of one cluster that ended in one month, in UTC. */
public record LedgerMonth(String cluster, YearMonth month) implements Comparable<LedgerMonth> {
  private static final Comparator<LedgerMonth> ORDER =
      Comparator.comparing(LedgerMonth::cluster).thenComparing(LedgerMonth::month);

  /** Where a line belongs. */
  public static LedgerMonth of(LedgerEntry entry) {
    return new LedgerMonth(
        entry.job().cluster(),
        YearMonth.from(Instant.ofEpochSecond(entry.end()).atOffset(ZoneOffset.UTC)));
  }

  @Override
  public int compareTo(LedgerMonth other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return cluster + " " + month;
  }
}
