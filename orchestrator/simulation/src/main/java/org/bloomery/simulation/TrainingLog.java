package org.bloomery.simulation;

import java.util.Locale;

/** Lines of a log as Megatron-DeepSpeed prints them. */
final class TrainingLog {
  private TrainingLog() {}

  static String iteration(long iteration, long target, double seconds) {
    double loss = 2 + 9.0 / (1 + iteration);
    return String.format(
        Locale.ROOT,
        " iteration %8d/%8d | consumed samples: %12d | elapsed time per iteration (s): %.2f |"
            + " learning rate: %.3E | global batch size: %5d | lm loss: %.6E | grad norm: %.3f |"
            + " num zeros: 0.0 | number of skipped iterations: %3d |"
            + " number of nan iterations: %3d | samples per second: %.3f | TFLOPs: %.2f |%n",
        iteration,
        target,
        iteration * 8,
        seconds,
        6e-5,
        8,
        loss,
        0.141,
        0,
        0,
        8 / seconds,
        150.0);
  }

  static String saving(long iteration, String directory) {
    return "saving checkpoint at iteration " + padded(iteration) + " to " + directory + "\n";
  }

  static String saved(long iteration, String directory) {
    return "  successfully saved checkpoint at iteration "
        + padded(iteration)
        + " to "
        + directory
        + "\n";
  }

  static String loaded(long iteration, String directory) {
    return "  successfully loaded checkpoint from "
        + directory
        + " at iteration "
        + iteration
        + "\n";
  }

  private static String padded(long iteration) {
    return String.format(Locale.ROOT, "%7d", iteration);
  }

  static String mark(String what) {
    return "[" + what + "] datetime: 2031-05-04 08:01:02 \n";
  }

  /** What the launcher says of the rank that failed first. */
  static String rootCause(String host, int exitCode) {
    return """
        Root Cause (first observed failure):
        [0]:
          time      : 2031-05-04_08:04:21
          host      : %s
          rank      : 1 (local_rank: 1)
          exitcode  : %d (pid: 41004)
          error_file: <N/A>
          traceback : %s
        """
        .formatted(
            host,
            exitCode,
            exitCode < 0
                ? "Signal " + -exitCode + " (SIGKILL) received by PID 41004"
                : "To enable traceback see: the documentation");
  }
}
