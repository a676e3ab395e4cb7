package org.bloomery.core.id;

import java.util.regex.Pattern;

/** Six hex digits made once per home, so that two homes of one user never mistake their jobs. */
public record HomeId(String value) {
  private static final Pattern RULE = Pattern.compile("[0-9a-f]{6}");

  public HomeId {
    if (!RULE.matcher(value).matches()) {
      throw new IllegalArgumentException("a home id has six hex digits: " + value);
    }
  }

  /** The name under which the resource manager knows every job of a run of this home. */
  public String jobName(RunId run) {
    return run.value() + "-" + value;
  }

  @Override
  public String toString() {
    return value;
  }
}
