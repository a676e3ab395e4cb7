package org.bloomery.core.spec;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A duration with its units: {@code 100h}, {@code 1h30m}, {@code 40s}. */
record TimeSpan(Duration minimum, Duration maximum) implements ScalarType<Duration> {
  static final Pattern FORM =
      Pattern.compile("(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,9})s)?");

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.timeSpan(this);
  }

  @Override
  public Optional<Duration> read(String text, Place place) {
    Matcher parts = FORM.matcher(text);
    if (text.isEmpty() || !parts.matches()) {
      place.problem(
          SpecCode.NOT_A_DURATION,
          Shown.quoted(text) + " is not a duration",
          "Write the units: 100h, 1h30m, 40s.");
      return Optional.empty();
    }
    Duration value =
        Duration.ofDays(part(parts, 1))
            .plusHours(part(parts, 2))
            .plusMinutes(part(parts, 3))
            .plusSeconds(part(parts, 4));
    if (value.compareTo(minimum) < 0 || value.compareTo(maximum) > 0) {
      place.problem(
          SpecCode.OUT_OF_RANGE,
          text + " is out of range",
          "Give a duration from " + words(minimum) + " to " + words(maximum) + ".");
      return Optional.empty();
    }
    return Optional.of(value);
  }

  private static long part(Matcher parts, int group) {
    return parts.group(group) == null ? 0 : Long.parseLong(parts.group(group));
  }

  /** A duration in the form that a spec takes: {@code 1h30m}. */
  static String words(Duration value) {
    StringBuilder out = new StringBuilder();
    append(out, value.toHours(), "h");
    append(out, value.toMinutesPart(), "m");
    append(out, value.toSecondsPart(), "s");
    return out.isEmpty() ? "0s" : out.toString();
  }

  private static void append(StringBuilder out, long amount, String unit) {
    if (amount != 0) {
      out.append(amount).append(unit);
    }
  }
}
