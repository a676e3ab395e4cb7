package org.bloomery.core.spec;

/**
 * How the model is trained.
 *
 * @param samples sequences to train on in all
 * @param activationCheckpointing whether activations are recomputed in the backward pass
 * @param logEveryIterations iterations per line of the training log
 */
public record Training(
    long samples,
    Precision precision,
    int seed,
    boolean activationCheckpointing,
    Optimizer optimizer,
    LearningRate learningRate,
    Evaluation evaluation,
    int logEveryIterations) {

  /**
   * The optimizer and its numbers.
   *
   * @param clipGradient largest norm of the gradient; what is above is scaled down
   */
  public record Optimizer(
      OptimizerKind kind,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      double clipGradient) {}

  /**
   * Linear warm-up from zero to the peak, then a decay to the minimum, all counted in samples.
   *
   * @param decaySamples where the minimum is reached, counted from the training's start
   */
  public record LearningRate(
      double peak,
      double minimum,
      LearningRateDecay decay,
      long decaySamples,
      long warmupSamples) {}

  /**
   * When validation runs, and on how many batches.
   *
   * @param iterations batches of each validation set
   */
  public record Evaluation(int everyIterations, int iterations) {}
}
