package org.bloomery.core.spec;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them, with their units: {@code 100h}, {@code 1h30m}, {@code 40s}. */
public final class DurationText {
  static final Pattern FORM =
      Pattern.compile("(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,9})s)?");

  private DurationText() {}

  /** The duration that a text names, if it names one. */
  public static Optional<Duration> parse(String text) {
    Matcher parts = FORM.matcher(text);
    return text.isEmpty() || !parts.matches()
        ? Optional.empty()
        : Optional.of(
            Duration.ofDays(part(parts, 1))
                .plusHours(part(parts, 2))
                .plusMinutes(part(parts, 3))
                .plusSeconds(part(parts, 4)));
  }

  private static long part(Matcher parts, int group) {
    return parts.group(group) == null ? 0 : Long.parseLong(parts.group(group));
  }
}
