package org.bloomery.core.plan;

import java.time.Duration;

/**
 * What a forecast takes for granted until the run has measured it.
 *
 * @param nodeFailuresPerDay failures per node and day
 * @param restartTime from a failure to the next training step, queueing not counted
 * @param saveBytesPerSecondPerNode how fast one node writes its part of a checkpoint
 */
public record Assumptions(
    double nodeFailuresPerDay, Duration restartTime, double saveBytesPerSecondPerNode) {

  /**
   * Published figures: 6.5 failures per 1,000 node-days on Meta's RSC-1 cluster (arXiv 2410.21680);
   * BLOOM's start in 4 min 18 s and its save of 2.51 TB from 48 nodes in 40 s (BigScience's
   * chronicles of tr11-176B-ml).
   */
  public static Assumptions published() {
    return new Assumptions(6.5e-3, Duration.ofSeconds(258), 2.51e12 / 40 / 48);
  }
}
