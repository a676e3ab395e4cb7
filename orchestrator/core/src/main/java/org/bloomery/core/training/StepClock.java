package org.bloomery.core.training;

import java.util.OptionalDouble;

/**
 * Tells apart what the elapsed times of a log's training records are made of.
 *
 * <p>Megatron prints how long a save took, and nothing of the kind for a validation. Its older
 * releases count both into the step after ({@code interval-time} in {@code megatron/training.py}
 * runs on), newer ones stop that clock. So what a step after them takes longer than the last one
 * before is theirs: the save's as far as that is known, the rest the validation's.
 *
 * @param stepSeconds the sum of what the steps themselves took, one a record
 * @param plain how long the last step took that followed neither a save nor a validation
 * @param savedSince seconds of saves since the last record
 * @param validatedSince whether there was a validation since the last record
 */
public record StepClock(
    double stepSeconds,
    Pauses pauses,
    OptionalDouble plain,
    double savedSince,
    boolean validatedSince) {
  public static final StepClock ZERO =
      new StepClock(0, Pauses.NONE, OptionalDouble.empty(), 0, false);

  StepClock afterSave(double seconds) {
    double took = positive(seconds);
    Pauses more = new Pauses(pauses.saveSeconds() + took, pauses.validationSeconds());
    return new StepClock(stepSeconds, more, plain, savedSince + took, validatedSince);
  }

  StepClock afterValidation() {
    return new StepClock(stepSeconds, pauses, plain, savedSince, true);
  }

  /**
   * With one more record.
   *
   * @param seconds mean time of its steps
   * @param steps that it stands for
   */
  StepClock afterStep(double seconds, long steps) {
    double took = positive(seconds);
    if (savedSince == 0 && !validatedSince) {
      return new StepClock(stepSeconds + took, pauses, OptionalDouble.of(took), 0, false);
    }
    double longer = Math.max(0, took - plain.orElse(took)) * steps;
    double saved = Math.min(savedSince, longer);
    double validated = validatedSince ? longer - saved : 0;
    return new StepClock(
        stepSeconds + took - (saved + validated) / steps,
        new Pauses(pauses.saveSeconds(), pauses.validationSeconds() + validated),
        plain,
        0,
        false);
  }

  private static double positive(double seconds) {
    return Double.isFinite(seconds) && seconds > 0 ? seconds : 0;
  }
}
