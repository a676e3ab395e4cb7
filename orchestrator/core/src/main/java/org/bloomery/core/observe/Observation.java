package org.bloomery.core.observe;

import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the resource manager showed; not being able to look is a value of its own. */
public sealed interface Observation {

  /** When the look began: what happened since may not be in it. */
  Instant asOf();

  /**
   * It answered: these are all jobs that belong to this home, also those over but not yet
   * forgotten.
   *
   * @param unclear job names about which nothing is known all the same, each with the reason: one
   *     run's missing accounting must not make the others wait
   */
  record Known(Instant asOf, List<JobView> jobs, SortedMap<String, String> unclear)
      implements Observation {
    public Known {
      jobs = List.copyOf(jobs);
      unclear = new TreeMap<>(unclear);
    }

    /** An answer that is clear about everything. */
    public Known(Instant asOf, List<JobView> jobs) {
      this(asOf, jobs, new TreeMap<>());
    }
  }

  /** It did not answer, or its answer was not to be trusted: nothing may follow from it. */
  record Unknown(Instant asOf, String why) implements Observation {}

  /** The part of it about the jobs of this name. */
  default Observation of(String jobName) {
    if (!(this instanceof Known known)) {
      return this;
    }
    String why = known.unclear().get(jobName);
    return why != null
        ? new Unknown(known.asOf(), why)
        : new Known(
            known.asOf(),
            known.jobs().stream().filter(job -> job.jobName().equals(jobName)).toList());
  }
}
