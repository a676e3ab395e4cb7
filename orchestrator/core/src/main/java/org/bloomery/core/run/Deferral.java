package org.bloomery.core.run;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A job that the resource manager would not take at the time: its owner has as many queued as they
 * may, or it is too busy.
 *
 * @param times how often in a row
 * @param until when it is offered again; absent once it is, and nobody knows how that ended
 * @param why the resource manager's own words
 */
public record Deferral(int times, Optional<Instant> until, String why) {
  /** A limit of submitted jobs is freed by a job's end: that takes minutes at the least. */
  private static final Duration FIRST_WAIT = Duration.ofMinutes(1);

  private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);

  /** Certainly no job was taken, and none will be before that time. */
  static Deferral next(Optional<Deferral> before, String why, Instant until) {
    return new Deferral(before.map(Deferral::times).orElse(0) + 1, Optional.of(until), why);
  }

  /** When to offer a job again that was turned away now; each time the wait doubles. */
  static Instant again(Optional<Deferral> before, Instant now) {
    int doublings = Math.min(before.map(Deferral::times).orElse(0), 10);
    Duration wait = FIRST_WAIT.multipliedBy(1L << doublings);
    return now.plus(wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
  }

  Deferral offeredAgain() {
    return new Deferral(times, Optional.empty(), why);
  }
}
