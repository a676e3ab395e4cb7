package org.bloomery.controlplane.slurm;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.OptionalLong;

/** Times as SLURM prints and takes them, in UTC. */
final class Epoch {
  /** The form that every version's options take. */
  private static final DateTimeFormatter FORM =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss");

  /** Later ones are no times, but flags of SLURM's own ({@code NO_VAL}, 2^32 - 2). */
  private static final long SECONDS_MAX = 4_294_000_000L;

  private Epoch() {}

  /**
   * Seconds since 1970; empty for what is no time, such as {@code N/A}, {@code Unknown}, {@code
   * None} or 0. A command that does not know {@code SLURM_TIME_FORMAT} prints dates, in UTC as it
   * was told.
   */
  static OptionalLong parse(String text) {
    if (text.matches("[0-9]{1,12}")) {
      long seconds = Long.parseLong(text);
      return seconds > 0 && seconds < SECONDS_MAX ? OptionalLong.of(seconds) : OptionalLong.empty();
    }
    try {
      return OptionalLong.of(LocalDateTime.parse(text, FORM).toEpochSecond(ZoneOffset.UTC));
    } catch (DateTimeParseException noTime) {
      return OptionalLong.empty();
    }
  }

  /** A time as an option's value; seconds since 1970 are not taken by sacct. */
  static String option(long seconds) {
    return LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC).format(FORM);
  }
}
