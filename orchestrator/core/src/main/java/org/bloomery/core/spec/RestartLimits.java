package org.bloomery.core.spec;

import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bloomery.core.observe.EndCause;

/**
 * How often a run is started again without real progress, and how long it waits in between.
 *
 * @param maximumFailures failures in a row without a newer sealed checkpoint, whatever the cause
 * @param perCause tighter limits for single causes
 * @param prepareSuccessor whether the next attempt's job is queued while one runs; absent leaves it
 *     to the site: it is where the age of a waiting job grows
 * @param exclude how blamed nodes are kept from the next attempts
 */
public record RestartLimits(
    int maximumFailures,
    SortedMap<EndCause, Integer> perCause,
    Backoff backoff,
    Optional<Boolean> prepareSuccessor,
    Exclude exclude) {

  public RestartLimits {
    perCause = Collections.unmodifiableSortedMap(new TreeMap<>(perCause));
  }

  /** The wait before an attempt that follows a failure: it doubles from first to maximum. */
  public record Backoff(Duration first, Duration maximum) {}

  /**
   * How long a blamed node is excluded, and how many are at once at most; the newest blame counts
   * first.
   */
  public record Exclude(Duration period, int maximum) {}

  /** The limit that holds for one cause. */
  public int maximumFor(EndCause cause) {
    return Math.min(maximumFailures, perCause.getOrDefault(cause, maximumFailures));
  }
}
