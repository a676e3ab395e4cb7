package org.bloomery.core.script;

import java.util.regex.Pattern;

/** The only way by which a value enters an {@code #SBATCH} line: as text without any syntax. */
final class SbatchValue {
  /** No blank, quote, backslash or {@code #}, by which sbatch takes a line apart. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._:@,/+=%&|\\[\\]-]+");

  private SbatchValue() {}

  /**
   * The value itself.
   *
   * @throws IllegalArgumentException if sbatch could read anything else than this value
   */
  static String require(String value) {
    if (!PLAIN.matcher(value).matches()) {
      throw new IllegalArgumentException("not a value for an #SBATCH line: '" + value + "'");
    }
    return value;
  }
}
