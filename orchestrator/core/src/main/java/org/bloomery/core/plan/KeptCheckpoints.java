package org.bloomery.core.plan;

import org.bloomery.core.spec.CheckpointPolicy;
import org.bloomery.core.spec.CheckpointPolicy.Keep;

/**
 * How many checkpoints a training leaves.
 *
 * @param saved over the whole training
 * @param kept of them at its end, when they are most
 */
record KeptCheckpoints(long saved, long kept) {

  /** Counts what the policy keeps, once each: the newest, the regular ones and the pinned ones. */
  static KeptCheckpoints of(CheckpointPolicy policy, long iterations) {
    long interval = policy.everyIterations();
    Keep keep = policy.keep();
    long saved = iterations / interval;
    long newest = Math.min(saved, keep.last());
    long before = (saved - newest) * interval;
    long step = keep.every().map(every -> leastCommonMultiple(every, interval)).orElse(0L);
    long regular = step == 0 ? 0 : before / step;
    // A pinned one may have been saved between two regular saves, when the trainer was stopped.
    long pinned =
        keep.pinned().stream()
            .filter(iteration -> iteration <= iterations)
            .filter(iteration -> iteration % interval != 0 || iteration <= before)
            .filter(iteration -> step == 0 || iteration % step != 0)
            .distinct()
            .count();
    return new KeptCheckpoints(saved, newest + regular + pinned);
  }

  private static long leastCommonMultiple(long a, long b) {
    long x = a;
    long y = b;
    while (y != 0) {
      long rest = x % y;
      x = y;
      y = rest;
    }
    return a / x * b;
  }
}
