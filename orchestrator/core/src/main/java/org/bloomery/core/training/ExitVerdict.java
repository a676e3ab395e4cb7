package org.bloomery.core.training;

import java.util.List;
import java.util.Optional;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.observe.ExitRecord;
import org.bloomery.core.observe.JobView;

/**
 * Why an attempt ended, with what the verdict rests on.
 *
 * @param evidence log lines and fields, short
 * @param badNodes nodes that the evidence blames
 */
public record ExitVerdict(EndCause cause, List<String> evidence, List<String> badNodes) {
  public ExitVerdict {
    evidence = List.copyOf(evidence);
    badNodes = List.copyOf(badNodes);
  }

  /**
   * What is known of the end from outside the training's log.
   *
   * @param exit what the job script wrote of its own end
   * @param job as the resource manager shows it, now that it is over
   * @param ordered what the control plane had ended the job for, if it had: a hang, a cancel
   */
  public record Outside(
      Optional<ExitRecord> exit, Optional<JobView> job, Optional<EndCause> ordered) {
    public static final Outside NOTHING =
        new Outside(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Judges an end that the control plane did not order. */
  public static ExitVerdict of(
      Progress progress, LogEnd log, Optional<ExitRecord> exit, Optional<JobView> job) {
    return of(progress, log, new Outside(exit, job, Optional.empty()));
  }

  /**
   * Judges an end.
   *
   * <p>An exit code alone proves nothing: Megatron leaves with 0 on every planned exit, and a
   * script that pipes its output can hide any other code. So a completed training needs the code,
   * the log's word and the last iteration together.
   */
  public static ExitVerdict of(Progress progress, LogEnd log, Outside outside) {
    return new ExitJudge(progress, log, outside).verdict();
  }
}
