package org.bloomery.simulation;

import java.time.Duration;

/**
 * What will happen to one job of the fake cluster.
 *
 * @param queued how long it waits
 * @param diesAfter the iteration after which something kills it; 0 means never
 * @param death what kills it then
 * @param skips how many iterations its training leaves out at its start
 * @param lingers how long a process of it lives on when its script is over
 * @param stepSeconds how long an iteration takes by its log; by the clock it is one second
 * @param billedLate how much later than its end the scheduler learns of that, and bills it
 */
record JobPlot(
    Duration queued,
    long diesAfter,
    Death death,
    long skips,
    Duration lingers,
    double stepSeconds,
    Duration billedLate) {
  /** What can kill a training. */
  enum Death {
    /** One rank is killed; the script sees it and writes the exit record. */
    RANK_KILLED,
    /** The node is gone: nobody writes anything any more. */
    NODE_LOST
  }

  /** Waits two seconds and trains to the end. */
  static final JobPlot NORMAL =
      new JobPlot(Duration.ofSeconds(2), 0, Death.RANK_KILLED, 0, Duration.ZERO, 1, Duration.ZERO);

  JobPlot queuedFor(Duration wait) {
    return new JobPlot(wait, diesAfter, death, skips, lingers, stepSeconds, billedLate);
  }

  JobPlot diesAfter(long iteration, Death how) {
    return new JobPlot(queued, iteration, how, skips, lingers, stepSeconds, billedLate);
  }

  JobPlot skipping(long iterations) {
    return new JobPlot(queued, diesAfter, death, iterations, lingers, stepSeconds, billedLate);
  }

  JobPlot lingering(Duration time) {
    return new JobPlot(queued, diesAfter, death, skips, time, stepSeconds, billedLate);
  }

  JobPlot billedLate(Duration time) {
    return new JobPlot(queued, diesAfter, death, skips, lingers, stepSeconds, time);
  }

  JobPlot logging(double seconds) {
    return new JobPlot(queued, diesAfter, death, skips, lingers, seconds, billedLate);
  }
}
