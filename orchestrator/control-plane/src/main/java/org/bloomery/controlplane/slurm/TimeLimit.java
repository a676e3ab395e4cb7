package org.bloomery.controlplane.slurm;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Time spans as SLURM prints them: {@code 5:00}, {@code 20:00:00}, {@code 4-04:00:00}. */
final class TimeLimit {
  private static final Pattern FORM =
      Pattern.compile("(?:([0-9]{1,5})-)?(?:([0-9]{1,2}):)?([0-9]{1,2}):([0-9]{2})");

  private TimeLimit() {}

  /** The span; empty for {@code UNLIMITED} and all that is none. */
  static Optional<Duration> parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        Duration.ofDays(number(parts.group(1)))
            .plusHours(number(parts.group(2)))
            .plusMinutes(number(parts.group(3)))
            .plusSeconds(number(parts.group(4))));
  }

  private static long number(String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  /** As an option's value: SLURM counts whole minutes, and takes a bare number for them. */
  static String option(Duration limit) {
    return Long.toString(Math.max(1, (limit.toSeconds() + 59) / 60));
  }
}
