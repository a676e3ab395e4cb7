package org.bloomery.core.spec;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bloomery.core.observe.EndCause;

/**
 * How often a run is started again without real progress, and how long it waits in between.
 *
 * @param maximumFailures failures in a row without a newer sealed checkpoint, whatever the cause
 * @param perCause tighter limits for single causes
 */
public record RestartLimits(
    int maximumFailures, SortedMap<EndCause, Integer> perCause, Backoff backoff) {

  public RestartLimits {
    perCause = Collections.unmodifiableSortedMap(new TreeMap<>(perCause));
  }

  /** The wait before an attempt that follows a failure: it doubles from first to maximum. */
  public record Backoff(Duration first, Duration maximum) {}

  /** The limit that holds for one cause. */
  public int maximumFor(EndCause cause) {
    return Math.min(maximumFailures, perCause.getOrDefault(cause, maximumFailures));
  }
}
