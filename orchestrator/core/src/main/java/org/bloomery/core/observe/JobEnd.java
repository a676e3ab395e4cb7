package org.bloomery.core.observe;

import java.util.List;

/**
 * How one job ended, as its resource manager has it.
 *
 * @param failedNodes nodes that the resource manager itself blames for the end, as it names them
 */
public record JobEnd(SchedulerEnd reason, List<String> failedNodes) {
  public JobEnd {
    failedNodes = List.copyOf(failedNodes);
  }

  /** An end for which no node is blamed. */
  public static JobEnd of(SchedulerEnd reason) {
    return new JobEnd(reason, List.of());
  }
}
