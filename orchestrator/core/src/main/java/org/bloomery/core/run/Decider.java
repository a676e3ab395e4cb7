package org.bloomery.core.run;

import java.time.Instant;
import java.util.List;
import org.bloomery.core.budget.Purse;

/**
 * Decides what follows from a run's state and from what was seen of it: {@link Reconciler#decide},
 * or what a simulation puts around it to watch it or to lead it astray.
 */
@FunctionalInterface
public interface Decider {
  /** What is to be recorded and done now. */
  Decision decide(Run run, Seen seen, RunPolicy policy, List<Purse> purses, Instant time);
}
