package org.bloomery.core.training;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The {@code name: value |} pairs of a record.
 *
 * <p>The first releases of Megatron have no colon; some forks print {@code value/mean}. A value at
 * the end of a text that may be cut is left out: {@code 2.4} could be the start of {@code
 * 2.46E+01}.
 */
final class Fields {
  /** No trainer prints more; the rest of such a line is not read. */
  private static final int COUNT_MAX = 64;

  private static final int PAIR_MAX = 300;

  /** Timers follow a record, sometimes without a line end, and have pairs of their own. */
  private static final String NEXT_RECORD = "time (ms)";

  private static final Pattern NUMBER =
      Pattern.compile(
          "[-+]?(?:\\d{1,40}(?:\\.\\d{0,40})?(?:[eE][-+]?\\d{1,5})?|nan|inf|infinity)",
          Pattern.CASE_INSENSITIVE);

  private final Map<String, Double> values = new LinkedHashMap<>();

  /**
   * Reads the pairs of one record; parts between bars that are no pair are passed over.
   *
   * @param whole whether the end of the text ends its last value
   */
  static Fields parse(String text, boolean whole) {
    Fields fields = new Fields();
    int from = 0;
    for (int i = 0; i < COUNT_MAX && from < text.length(); i++) {
      int bar = text.indexOf('|', from);
      int to = bar >= 0 ? bar : text.length();
      boolean closed = bar >= 0 || whole;
      if (!closed || text.startsWith(NEXT_RECORD, from)) {
        break;
      }
      if (to - from <= PAIR_MAX) {
        fields.add(text.substring(from, to).strip());
      }
      from = to + 1;
    }
    return fields;
  }

  private void add(String pair) {
    int colon = pair.lastIndexOf(':');
    int cut = colon > 0 ? colon : pair.lastIndexOf(' ');
    if (cut <= 0 || !Character.isLetter(pair.charAt(0))) {
      return;
    }
    String value = pair.substring(cut + 1).strip();
    int slash = value.indexOf('/');
    String first = slash > 0 ? value.substring(0, slash) : value;
    if (NUMBER.matcher(first).matches()) {
      values.putIfAbsent(pair.substring(0, cut).strip().toLowerCase(Locale.ROOT), number(first));
    }
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  /** The first of these names that has a number; NaN is none. */
  OptionalDouble real(String... names) {
    for (String name : names) {
      Double value = values.get(name);
      if (value != null && !value.isNaN()) {
        return OptionalDouble.of(value);
      }
    }
    return OptionalDouble.empty();
  }

  /** The first of these names that has a whole number. */
  OptionalLong whole(String... names) {
    OptionalDouble value = real(names);
    boolean exact = value.isPresent() && Math.abs(value.getAsDouble()) < 1L << 53;
    return exact ? OptionalLong.of((long) value.getAsDouble()) : OptionalLong.empty();
  }

  /** The first pair whose name ends so; NaN is none. */
  OptionalDouble endingWith(String end) {
    for (Map.Entry<String, Double> field : values.entrySet()) {
      if (field.getKey().endsWith(end) && !field.getValue().isNaN()) {
        return OptionalDouble.of(field.getValue());
      }
    }
    return OptionalDouble.empty();
  }

  static double number(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.endsWith("nan")) {
      return Double.NaN;
    }
    if (lower.contains("inf")) {
      return lower.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    return Double.parseDouble(lower);
  }
}
