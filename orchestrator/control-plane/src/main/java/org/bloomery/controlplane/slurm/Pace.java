package org.bloomery.controlplane.slurm;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * When the next look may be made: the site's interval after the last one began, and after failures
 * later and later, by chance, so that all who wait for a controller do not come back in the same
 * second. A controller that takes long to answer is left alone for a while besides.
 */
final class Pace {
  private static final Duration PAUSE_MAX = Duration.ofMinutes(5);
  private static final int DOUBLINGS_MAX = 10;

  private final Duration interval;
  private final LongSupplier monotonicNanos;
  private final DoubleSupplier chance;
  private boolean looked;
  private int failures;
  private long beganNanos;
  private long notBeforeNanos;

  /**
   * A pace that begins with a look at once.
   *
   * @param chance gives numbers from 0 to below 1
   */
  Pace(Duration interval, LongSupplier monotonicNanos, DoubleSupplier chance) {
    this.interval = interval;
    this.monotonicNanos = monotonicNanos;
    this.chance = chance;
  }

  boolean isDue() {
    return !looked || monotonicNanos.getAsLong() - notBeforeNanos >= 0;
  }

  /** A look begins. */
  void begins() {
    beganNanos = monotonicNanos.getAsLong();
  }

  /** The look that has begun last has ended, well or in failure. */
  void looked(boolean well) {
    looked = true;
    failures = well ? 0 : failures + 1;
    long tookNanos = monotonicNanos.getAsLong() - beganNanos;
    long pauseNanos = pause().toNanos();
    notBeforeNanos = beganNanos + Math.max(pauseNanos, tookNanos + pauseNanos / 2);
  }

  private Duration pause() {
    if (failures == 0) {
      return interval;
    }
    Duration doubled = interval.multipliedBy(1L << Math.min(failures, DOUBLINGS_MAX));
    Duration most = doubled.compareTo(PAUSE_MAX) < 0 ? doubled : PAUSE_MAX;
    long spreadMillis = Math.max(0, most.minus(interval).toMillis());
    return interval.plusMillis((long) (chance.getAsDouble() * spreadMillis));
  }
}
