package org.bloomery.core.slurm;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.OptionalLong;

/**
 * Reads points in time and spans as sacct prints them: seconds since 1970 UTC where {@code
 * SLURM_TIME_FORMAT=%s} was set, else the site's local time, without saying which.
 *
 * <p>In the night when summer time ends, an hour happens twice under the same names. Then the pair
 * of start and end is taken that fits the elapsed time; end minus start of local times is wrong by
 * that hour for every job that ran through such a night.
 */
final class SacctTimes {
  /** Later ones are no times, but flags of SLURM's own ({@code NO_VAL}, 2^32 - 2). */
  private static final long SECONDS_MAX = 4_294_000_000L;

  private static final int LOCAL_LENGTH = "2022-03-25T11:09:19".length();
  private static final long DAY_SECONDS = 86_400;

  private final ZoneId zone;

  SacctTimes(ZoneId zone) {
    this.zone = zone;
  }

  /** From when to when a job ran, in seconds since 1970 UTC. */
  record Span(long start, long end) {}

  /** Whether a text is a local time, whose meaning depends on the zone. */
  static boolean isLocal(String text) {
    return text.length() == LOCAL_LENGTH && text.charAt(10) == 'T' && text.charAt(4) == '-';
  }

  /** The earliest point in time that a text can mean; empty for {@code Unknown} and its kin. */
  OptionalLong point(String text) {
    long[] meanings = meanings(text);
    return meanings.length == 0 ? OptionalLong.empty() : OptionalLong.of(meanings[0]);
  }

  /**
   * The start and end that fit the elapsed time best; the earliest ones where that is not known or
   * does not tell. Null if one of the two is no time.
   */
  Span span(String start, String end, OptionalLong elapsed) {
    long[] starts = meanings(start);
    long[] ends = meanings(end);
    Span best = null;
    for (long from : starts) {
      for (long to : ends) {
        Span span = new Span(from, to);
        if (best == null || misfit(span, elapsed) < misfit(best, elapsed)) {
          best = span;
        }
      }
    }
    return best;
  }

  private static long misfit(Span span, OptionalLong elapsed) {
    return elapsed.isEmpty() ? 0 : Math.abs(span.end() - span.start() - elapsed.getAsLong());
  }

  private long[] meanings(String text) {
    if (isLocal(text)) {
      return local(text);
    }
    long seconds = digits(text, 0, text.length());
    return seconds > 0 && seconds < SECONDS_MAX ? new long[] {seconds} : new long[0];
  }

  private long[] local(String text) {
    LocalDateTime time;
    try {
      time =
          LocalDateTime.of(
              (int) digits(text, 0, 4),
              (int) digits(text, 5, 7),
              (int) digits(text, 8, 10),
              (int) digits(text, 11, 13),
              (int) digits(text, 14, 16),
              (int) digits(text, 17, 19));
    } catch (DateTimeException noSuchTime) {
      return new long[0];
    }
    // A time that was left out when the clock was set forward is taken as that much later.
    ZonedDateTime meant = time.atZone(zone);
    long earlier = meant.withEarlierOffsetAtOverlap().toEpochSecond();
    long later = meant.withLaterOffsetAtOverlap().toEpochSecond();
    return earlier == later ? new long[] {earlier} : new long[] {earlier, later};
  }

  /**
   * Seconds in {@code 2-23:05:37}, {@code 00:20:00}, {@code 05:37} or {@code 337}; empty for
   * anything else.
   */
  static OptionalLong elapsed(String text) {
    long plain = digits(text, 0, text.length());
    if (plain >= 0) {
      return limited(plain);
    }
    int dash = text.indexOf('-', 1);
    long days = dash < 0 ? 0 : digits(text, 0, dash);
    String[] parts = text.substring(dash + 1).split(":", -1);
    if (days < 0 || parts.length > 3 || parts.length < 2) {
      return OptionalLong.empty();
    }
    long seconds = 0;
    for (String part : parts) {
      long number = digits(part, 0, part.length());
      if (number < 0) {
        return OptionalLong.empty();
      }
      seconds = seconds * 60 + number;
    }
    return limited(days * DAY_SECONDS + seconds);
  }

  private static OptionalLong limited(long seconds) {
    return seconds < SECONDS_MAX ? OptionalLong.of(seconds) : OptionalLong.empty();
  }

  /** A number of at most 12 digits; -1 for what is none. */
  static long digits(String text, int from, int to) {
    if (to <= from || to - from > 12) {
      return -1;
    }
    long number = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }
}
