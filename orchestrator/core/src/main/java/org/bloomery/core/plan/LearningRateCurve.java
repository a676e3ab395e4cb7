package org.bloomery.core.plan;

import org.bloomery.core.spec.Training.LearningRate;

/** The learning rate after a number of samples, as Megatron's {@code AnnealingLR} computes it. */
final class LearningRateCurve {
  private LearningRateCurve() {}

  static double at(LearningRate rate, long samples) {
    if (rate.warmupSamples() > 0 && samples <= rate.warmupSamples()) {
      return rate.peak() * samples / rate.warmupSamples();
    }
    double way =
        Math.min(
            1.0,
            (double) (samples - rate.warmupSamples())
                / (rate.decaySamples() - rate.warmupSamples()));
    return switch (rate.decay()) {
      case CONSTANT -> rate.peak();
      case LINEAR -> rate.minimum() + (1 - way) * (rate.peak() - rate.minimum());
      case COSINE ->
          rate.minimum() + (1 + StrictMath.cos(Math.PI * way)) / 2 * (rate.peak() - rate.minimum());
    };
  }
}
