package org.bloomery.core.report;

import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Predicate;
import org.bloomery.core.ledger.LedgerEntry;

/**
 * Days in UTC, both included; an absent end is open. A job belongs to the day on which it ended.
 */
public record Period(Optional<LocalDate> from, Optional<LocalDate> to) {
  /** All time. */
  public static final Period ALWAYS = new Period(Optional.empty(), Optional.empty());

  public static Period of(LocalDate from, LocalDate to) {
    return new Period(Optional.of(from), Optional.of(to));
  }

  public boolean contains(LedgerEntry entry) {
    return filter().test(entry);
  }

  /** The same for many lines, whose bounds are reckoned once. */
  public Predicate<LedgerEntry> filter() {
    long first = firstSecond();
    long last = lastSecond();
    return entry -> entry.end() >= first && entry.end() <= last;
  }

  /** Whether all days of a month are in it. */
  public boolean containsAll(YearMonth month) {
    return from.map(first -> !first.isAfter(month.atDay(1))).orElse(true)
        && to.map(last -> !last.isBefore(month.atEndOfMonth())).orElse(true);
  }

  /** Whether a day of a month is in it. */
  public boolean touches(YearMonth month) {
    return from.map(first -> !first.isAfter(month.atEndOfMonth())).orElse(true)
        && to.map(last -> !last.isBefore(month.atDay(1))).orElse(true);
  }

  private long firstSecond() {
    return from.map(Period::start).orElse(Long.MIN_VALUE);
  }

  private long lastSecond() {
    return to.map(day -> start(day.plusDays(1)) - 1).orElse(Long.MAX_VALUE);
  }

  private static long start(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toEpochSecond();
  }
}
