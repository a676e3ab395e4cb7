package org.bloomery.controlplane.loop;

/** Steps through the rounds of loops that were not started, in the caller's thread. */
public final class Rounds {
  private Rounds() {}

  /** One round of each. */
  public static void once(ClusterLoops loops) {
    loops.all().forEach(ControlLoop::runOnce);
  }
}
