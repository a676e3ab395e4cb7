package org.bloomery.core.spec;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes with its unit: {@code 80GiB}, {@code 2.3TiB}, {@code 400TB}. */
record ByteCount(long minimum, long maximum) implements ScalarType<Long> {
  static final Pattern FORM = Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?)([KMGTP]i?B|B)");
  private static final Map<String, BigDecimal> UNITS = units();

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.byteCount(this);
  }

  @Override
  public Optional<Long> read(String text, Place place) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      place.problem(
          SpecCode.NOT_A_SIZE,
          Shown.quoted(text) + " is not a size",
          "Write the unit: 80GiB, 2.3TiB, 400TB.");
      return Optional.empty();
    }
    BigDecimal bytes = new BigDecimal(parts.group(1)).multiply(UNITS.get(parts.group(2)));
    boolean inRange =
        bytes.compareTo(BigDecimal.valueOf(minimum)) >= 0
            && bytes.compareTo(BigDecimal.valueOf(maximum)) <= 0;
    if (!inRange) {
      place.problem(
          SpecCode.OUT_OF_RANGE,
          text + " is out of range",
          "Give a size from " + minimum + "B to " + maximum + "B.");
      return Optional.empty();
    }
    return Optional.of(bytes.longValue());
  }

  private static Map<String, BigDecimal> units() {
    Map<String, BigDecimal> units = new LinkedHashMap<>();
    units.put("B", BigDecimal.ONE);
    String prefixes = "KMGTP";
    for (int i = 0; i < prefixes.length(); i++) {
      units.put(prefixes.charAt(i) + "B", BigDecimal.valueOf(1000).pow(i + 1));
      units.put(prefixes.charAt(i) + "iB", BigDecimal.valueOf(1024).pow(i + 1));
    }
    return units;
  }
}
