package org.bloomery.core.id;

import java.util.regex.Pattern;

/** The name of a run: unique in one home, safe in paths, job names and ZooKeeper. */
public record RunId(String value) implements Comparable<RunId> {
  private static final Pattern RULE = Pattern.compile("[a-z0-9][a-z0-9-]{0,47}");

  public RunId {
    if (!RULE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "a run's name has 1 to 48 of a-z, 0-9 and '-', and starts with a letter or digit: "
              + value);
    }
  }

  /** Says whether a text would be accepted as a run's name. */
  public static boolean isValid(String text) {
    return RULE.matcher(text).matches();
  }

  @Override
  public int compareTo(RunId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
