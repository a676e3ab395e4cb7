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
   * The same by Daly, who counts from the end of one save to the start of the next: {@code
   * sqrt(2wM) - w} (Future Generation Computer Systems 22(3), 2006, first order). Not below zero.
   */
  static double dalyInterval(double saveTime, double meanTimeToFailure) {
    return Math.max(0, youngInterval(saveTime, meanTimeToFailure) - saveTime);
  }

  /**
   * The share of time that saves and their interval cost, in first order: {@code w/dt + dt/2M}. At
   * Young's interval it is {@code sqrt(2w/M)}.
   */
  static double waste(double saveInterval, double saveTime, double meanTimeToFailure) {
    return saveTime / saveInterval + saveInterval / (2 * meanTimeToFailure);
  }

  /**
   * The expected share of time that is effective training: {@code (1 - (u0 + dt/2)/M) / (1 + w/dt)}
   * (Kokolis et al., arXiv 2410.21680), not below zero.
   */
  static double expectedEttr(
      double meanTimeToFailure, double restartTime, double saveInterval, double saveTime) {
    double lost = lostShare(meanTimeToFailure, restartTime, saveInterval);
    return Math.max(0, (1 - lost) / (1 + saveTime / saveInterval));
  }

  /** The share of time that failures cost: each a restart and half an interval done again. */
  static double lostShare(double meanTimeToFailure, double restartTime, double saveInterval) {
    return (restartTime + saveInterval / 2) / meanTimeToFailure;
  }

  /**
   * The smallest number that a binomial count does not exceed with this confidence: how many of so
   * many nodes may be away at once (as ByteRobust sizes its standby nodes, arXiv 2509.16293).
   */
  static int binomialQuantile(int nodes, double probability, double confidence) {
    if (probability <= 0 || probability >= 1) {
      return probability <= 0 ? 0 : nodes;
    }
    double odds = StrictMath.log(probability) - StrictMath.log1p(-probability);
    double logTerm = nodes * StrictMath.log1p(-probability);
    double cumulated = StrictMath.exp(logTerm);
    int count = 0;
    while (cumulated < confidence && count < nodes) {
      count++;
      logTerm += StrictMath.log(nodes - count + 1.0) - StrictMath.log(count) + odds;
      cumulated += StrictMath.exp(logTerm);
    }
    return count;
  }
}
