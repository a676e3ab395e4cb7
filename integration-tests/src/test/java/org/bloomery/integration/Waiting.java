package org.bloomery.integration;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.bloomery.controlplane.api.ApiException;

/** Waits for what other processes do; only a broken program lets it wait to the end. */
final class Waiting {
  private static final long SECONDS_MAX = 180;

  private Waiting() {}

  static void until(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
    while (!holds(condition)) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("not within " + SECONDS_MAX + " s: " + what);
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** A control plane that does not answer yet shows nothing yet. */
  private static boolean holds(Callable<Boolean> condition) throws Exception {
    try {
      return condition.call();
    } catch (ApiException e) {
      return false;
    }
  }
}
