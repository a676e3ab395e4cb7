package org.bloomery.cli;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** How figures are written for people, the same on every screen. */
final class Words {
  /** Stands where nothing is known. */
  static final String ABSENT = "-";

  private Words() {}

  static String number(OptionalLong value) {
    return value.isPresent() ? Long.toString(value.getAsLong()) : ABSENT;
  }

  static String loss(OptionalDouble loss) {
    return loss.isPresent() ? String.format(Locale.ROOT, "%.4f", loss.getAsDouble()) : ABSENT;
  }

  static String gpuHours(long gpuSeconds) {
    return String.format(Locale.ROOT, "%.3f", gpuSeconds / 3600.0);
  }

  /** {@code 120 of 200}. */
  static String progress(OptionalLong done, OptionalLong target) {
    return number(done) + (target.isPresent() ? " of " + target.getAsLong() : "");
  }

  /** ISO-8601 UTC to the second. */
  static String time(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** Binary units, as file systems count. */
  static String bytes(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }
}
