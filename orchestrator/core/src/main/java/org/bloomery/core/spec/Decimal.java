package org.bloomery.core.spec;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A decimal number between two bounds.
 *
 * @param aboveMinimum whether the lower bound itself is not allowed
 */
record Decimal(double minimum, boolean aboveMinimum, double maximum) implements ScalarType<Double> {
  static final Pattern FORM =
      Pattern.compile(
          "[-+]?([0-9]+(_[0-9]+)*(\\.[0-9]+(_[0-9]+)*)?|\\.[0-9]+)([eE][-+]?[0-9]{1,3})?");
  private static final int LENGTH_MAX = 60;

  static Decimal positive(double maximum) {
    return new Decimal(0, true, maximum);
  }

  static Decimal fromZero(double maximum) {
    return new Decimal(0, false, maximum);
  }

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.decimal(this);
  }

  @Override
  public Optional<Double> read(String text, Place place) {
    if (text.length() > LENGTH_MAX || !FORM.matcher(text).matches()) {
      place.problem(
          SpecCode.NOT_A_NUMBER,
          Shown.quoted(text) + " is not a number",
          "Write it as 0.95, .13, 1e-8 or 1_200.5.");
      return Optional.empty();
    }
    double value = Double.parseDouble(text.replace("_", ""));
    boolean highEnough = aboveMinimum ? value > minimum : value >= minimum;
    if (!highEnough || value > maximum) {
      place.problem(
          SpecCode.OUT_OF_RANGE,
          Shown.plain(text) + " is out of range",
          "Give a number "
              + (aboveMinimum ? "above " : "from ")
              + minimum
              + " to "
              + maximum
              + ".");
      return Optional.empty();
    }
    return Optional.of(value);
  }
}
