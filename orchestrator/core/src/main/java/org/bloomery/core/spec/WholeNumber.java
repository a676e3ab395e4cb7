package org.bloomery.core.spec;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/** An integer between two bounds, both allowed; {@code _} may stand between digits. */
record WholeNumber(long minimum, long maximum) implements ScalarType<Long> {
  static final Pattern FORM = Pattern.compile("-?(0|[1-9][0-9]*(_[0-9]+)*)");
  private static final int LENGTH_MAX = 40;

  static WholeNumber positive() {
    return new WholeNumber(1, Integer.MAX_VALUE);
  }

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.wholeNumber(this);
  }

  @Override
  public Optional<Long> read(String text, Place place) {
    if (text.length() > LENGTH_MAX || !FORM.matcher(text).matches()) {
      place.problem(
          SpecCode.NOT_A_NUMBER,
          Shown.quoted(text) + " is not a whole number",
          "Write digits, such as 48 or 9_765_625, without a leading zero.");
      return Optional.empty();
    }
    BigInteger value = new BigInteger(text.replace("_", ""));
    boolean inRange =
        value.compareTo(BigInteger.valueOf(minimum)) >= 0
            && value.compareTo(BigInteger.valueOf(maximum)) <= 0;
    if (!inRange) {
      place.problem(
          SpecCode.OUT_OF_RANGE,
          value + " is out of range",
          "Give a whole number from " + minimum + " to " + maximum + ".");
      return Optional.empty();
    }
    return Optional.of(value.longValueExact());
  }
}
