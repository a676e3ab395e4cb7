package org.bloomery.core.plan;

/** Formulas of failures and checkpoints; all times in seconds. */
final class Reliability {
  private static final double SECONDS_PER_DAY = 86_400;

  private Reliability() {}

  /** Mean time to failure of a job: the inverse of what its nodes fail together. */
  static double meanTimeToFailure(int nodes, double failuresPerNodeDay) {
    return SECONDS_PER_DAY / (nodes * failuresPerNodeDay);
  }

  /**
   * The interval between saves that wastes the least, by Young's first-order formula {@code
   * sqrt(2wM)} (Communications of the ACM 17(9), 1974).
   */
  static double youngInterval(double saveTime, double meanTimeToFailure) {
    return Math.sqrt(2 * saveTime * meanTimeToFailure);
  }

  /**
   * The expected share of time that is effective training: {@code (1 - (u0 + dt/2)/M) / (1 + w/dt)}
   * (Kokolis et al., arXiv 2410.21680), not below zero.
   */
  static double expectedEttr(
      double meanTimeToFailure, double restartTime, double saveInterval, double saveTime) {
    double lost = (restartTime + saveInterval / 2) / meanTimeToFailure;
    return Math.max(0, (1 - lost) / (1 + saveTime / saveInterval));
  }
}
