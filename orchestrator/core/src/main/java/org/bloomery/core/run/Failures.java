package org.bloomery.core.run;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.bloomery.core.observe.EndCause;

/**
 * How often attempts ended, by cause, since the run last made real progress (a newer sealed
 * checkpoint).
 */
public record Failures(Map<EndCause, Integer> byCause) {
  public static final Failures NONE = new Failures(Map.of());

  public Failures {
    Objects.requireNonNull(byCause);
    // An EnumMap iterates in the order of declaration, always.
    Map<EndCause, Integer> ordered = new EnumMap<>(EndCause.class);
    ordered.putAll(byCause);
    byCause = java.util.Collections.unmodifiableMap(ordered);
  }

  /** All of them, but preemptions: those are the site's doing. */
  public int total() {
    return byCause.values().stream().mapToInt(Integer::intValue).sum() - of(EndCause.PREEMPTED);
  }

  public int of(EndCause cause) {
    return byCause.getOrDefault(cause, 0);
  }

  Failures plus(EndCause cause) {
    Map<EndCause, Integer> next = new EnumMap<>(EndCause.class);
    next.putAll(byCause);
    next.merge(cause, 1, Integer::sum);
    return new Failures(next);
  }
}
