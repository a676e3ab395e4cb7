package org.bloomery.core.script;

import java.math.BigDecimal;

/** Decimal numbers as argument parsers, JSON and people all read them. */
final class PlainNumber {
  private PlainNumber() {}

  /** The shortest decimal that stands for this double, such as {@code 0.00006} or {@code 6e-8}. */
  static String of(double value) {
    BigDecimal decimal = BigDecimal.valueOf(value).stripTrailingZeros();
    if (decimal.signum() == 0) {
      return "0";
    }
    boolean readable = decimal.scale() <= 7;
    return readable ? decimal.toPlainString() : decimal.toString().replace('E', 'e');
  }

  /** The same, with at least so many digits after the point and never an exponent. */
  static String withDigits(double value, int digitsMin) {
    BigDecimal decimal = BigDecimal.valueOf(value);
    return decimal
        .setScale(Math.max(digitsMin, decimal.stripTrailingZeros().scale()))
        .toPlainString();
  }
}
