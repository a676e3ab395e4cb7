package org.bloomery.core.spec;

import java.time.Duration;

/**
 * How patient the control plane is with one site.
 *
 * @param sealScanDistance how far apart two equal scans must be before a checkpoint counts as at
 *     rest
 * @param pollInterval time between two looks at the resource manager
 * @param pollFloor the shortest such time that the site allows, whatever a user's profile says
 * @param quietPeriod how long an ambiguous submit is looked for before it counts as not arrived
 * @param goWait how long a started job waits to be told to go
 * @param killWait time between the polite and the hard signal when a job is ended; SLURM's KillWait
 * @param nodeFailGrace how long after a node's failure the next attempt waits for processes that
 *     may live on where nobody can reach them
 * @param accountingGrace how long accounting may be silent before the end of a job is judged
 *     without it
 * @param lostLooks how many looks in a row must miss a job before it counts as over without
 *     accounting
 * @param lostAfter how long these looks must span
 */
public record SiteTimings(
    Duration sealScanDistance,
    Duration pollInterval,
    Duration pollFloor,
    Duration quietPeriod,
    Duration goWait,
    Duration killWait,
    Duration nodeFailGrace,
    Duration accountingGrace,
    int lostLooks,
    Duration lostAfter) {

  /** The time between two looks at the resource manager: never less than the site allows. */
  public Duration lookInterval() {
    return pollInterval.compareTo(pollFloor) < 0 ? pollFloor : pollInterval;
  }
}
