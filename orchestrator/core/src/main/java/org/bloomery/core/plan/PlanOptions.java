package org.bloomery.core.plan;

import java.util.OptionalDouble;

/**
 * What whoever asks for a plan knows better than it.
 *
 * @param tflops what each device computes, whatever the batch, in units of 10^12 per second
 * @param measuredSecondsPerIteration at the full batch, once the run has told
 */
public record PlanOptions(OptionalDouble tflops, OptionalDouble measuredSecondsPerIteration) {
  /** Nothing. */
  public static final PlanOptions NONE =
      new PlanOptions(OptionalDouble.empty(), OptionalDouble.empty());
}
