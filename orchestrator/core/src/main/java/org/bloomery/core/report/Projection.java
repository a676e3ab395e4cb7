package org.bloomery.core.report;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunHistory;

/**
 * What a training will still take, if it goes on as it did: by the speed of its newest steps, and
 * by how much of what it was billed for were steps that were kept.
 *
 * @param iterations to go
 * @param secondsPerIteration of the newest attempt that has logged a step
 * @param ettr of all attempts that are billed; 1 before the first one
 * @param gpuSeconds to go
 * @param time to go, without waiting in queues
 */
public record Projection(
    long iterations, double secondsPerIteration, double ettr, long gpuSeconds, Duration time) {

  /** What a log shows of steps. */
  public record Steps(long count, double seconds) {
    /** None yet. */
    public static final Steps NONE = new Steps(0, 0);
  }

  /**
   * Projects a run.
   *
   * @param iterations to go
   * @param live of the attempt that runs
   * @param devices that it computes on
   * @return nothing before the first step, after the last one, or while none was kept
   */
  public static Optional<Projection> of(
      RunHistory history, long iterations, Steps live, long devices) {
    Steps steps = live.count() > 0 ? live : newest(history.attempts());
    double ettr = ettr(history);
    if (iterations <= 0 || steps.count() == 0 || ettr == 0) {
      return Optional.empty();
    }
    double each = steps.seconds() / steps.count();
    double seconds = iterations * each / ettr;
    return Optional.of(
        new Projection(
            iterations,
            each,
            ettr,
            Math.round(seconds * devices),
            Duration.ofSeconds(Math.round(seconds))));
  }

  private static Steps newest(List<RunHistory.AttemptSummary> attempts) {
    return attempts.stream()
        .flatMap(attempt -> attempt.end().stream())
        .filter(end -> end.steps() > 0)
        .reduce((first, second) -> second)
        .map(Projection::steps)
        .orElse(Steps.NONE);
  }

  private static Steps steps(RunEvent.AttemptEnded end) {
    return new Steps(end.steps(), end.stepSeconds());
  }

  private static double ettr(RunHistory history) {
    long kept = 0;
    long billed = 0;
    for (RunHistory.AttemptSummary attempt : history.attempts()) {
      if (attempt.posting().isPresent()) {
        WasteSplit split = WasteSplit.of(attempt);
        kept += split.of(WasteKind.PRODUCTIVE);
        billed += split.sum();
      }
    }
    return billed == 0 ? 1 : (double) kept / billed;
  }
}
