package org.bloomery.core.spec;

import java.time.Duration;
import java.util.Optional;

/** A duration with its units, see {@link DurationText}, within limits. */
record TimeSpan(Duration minimum, Duration maximum) implements ScalarType<Duration> {
  @Override
  public <R> R match(Cases<R> cases) {
    return cases.timeSpan(this);
  }

  @Override
  public Optional<Duration> read(String text, Place place) {
    Optional<Duration> value = DurationText.parse(text);
    if (value.isEmpty()) {
      place.problem(
          SpecCode.NOT_A_DURATION,
          Shown.quoted(text) + " is not a duration",
          "Write the units: 100h, 1h30m, 40s.");
      return Optional.empty();
    }
    if (value.get().compareTo(minimum) < 0 || value.get().compareTo(maximum) > 0) {
      place.problem(
          SpecCode.OUT_OF_RANGE,
          text + " is out of range",
          "Give a duration from " + words(minimum) + " to " + words(maximum) + ".");
      return Optional.empty();
    }
    return value;
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
