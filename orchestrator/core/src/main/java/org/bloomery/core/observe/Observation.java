package org.bloomery.core.observe;

import java.time.Instant;
import java.util.List;

/** What the resource manager showed; not being able to look is a value of its own. */
public sealed interface Observation {

  /**
   * It answered: these are all jobs that belong to this home, also those over but not yet
   * forgotten.
   */
  record Known(Instant asOf, List<JobView> jobs) implements Observation {
    public Known {
      jobs = List.copyOf(jobs);
    }
  }

  /** It did not answer, or its answer was not to be trusted: nothing may follow from it. */
  record Unknown(Instant asOf, String why) implements Observation {}
}
