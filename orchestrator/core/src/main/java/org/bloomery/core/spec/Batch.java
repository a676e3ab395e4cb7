package org.bloomery.core.spec;

import java.util.Optional;

/**
 * Samples per step.
 *
 * @param micro samples that one replica takes through the model at once
 * @param global samples per iteration over all replicas, once ramped up
 */
public record Batch(int micro, int global, Optional<RampUp> rampUp) {

  /**
   * A global batch that grows in equal steps, as Megatron's {@code --rampup-batch-size}.
   *
   * @param start the first global batch
   * @param increment samples that each step adds
   * @param samples consumed samples over which the steps are spread evenly
   */
  public record RampUp(int start, int increment, long samples) {}
}
