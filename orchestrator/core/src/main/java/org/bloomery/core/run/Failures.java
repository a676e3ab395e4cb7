package org.bloomery.core.run;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bloomery.core.observe.EndCause;

/**
 * How often attempts ended, by cause, since the run last made real progress (a newer sealed
 * checkpoint).
 */
public record Failures(Map<EndCause, Integer> byCause) {
  public static final Failures NONE = new Failures(Map.of());

  private static final List<EndCause> FOREIGN =
      List.of(EndCause.PREEMPTED, EndCause.STOPPED, EndCause.NOT_BOUND, EndCause.FENCED);

  public Failures {
    Objects.requireNonNull(byCause);
    // An EnumMap iterates in the order of declaration, always.
    Map<EndCause, Integer> ordered = new EnumMap<>(EndCause.class);
    ordered.putAll(byCause);
    byCause = java.util.Collections.unmodifiableMap(ordered);
  }

  /**
   * All of them, but those in which the training had no part: what the site or a person has ended,
   * and what was never told to train. Each of these is bounded by its own count alone.
   */
  public int total() {
    return byCause.entrySet().stream()
        .filter(entry -> !FOREIGN.contains(entry.getKey()))
        .mapToInt(Map.Entry::getValue)
        .sum();
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
