package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;

/**
 * How the model is trained.
 *
 * @param samples sequences to train on in all
 * @param lossScale for fp16; absent means the trainer's own default
 * @param activationCheckpointing whether activations are recomputed in the backward pass
 * @param curriculum sequences that start short; absent means that all have the model's length
 * @param skipIterations whose data is read but not trained on, sorted and apart
 * @param logEveryIterations iterations per line of the training log
 * @param tensorboard files for TensorBoard; absent means none
 */
public record Training(
    long samples,
    Precision precision,
    Optional<LossScale> lossScale,
    int seed,
    boolean activationCheckpointing,
    Optimizer optimizer,
    LearningRate learningRate,
    Optional<Curriculum> curriculum,
    List<IterationRange> skipIterations,
    Evaluation evaluation,
    int logEveryIterations,
    Optional<Tensorboard> tensorboard) {

  public Training {
    skipIterations = List.copyOf(skipIterations);
  }

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
   * @param override whether these numbers replace those of a loaded checkpoint; without it the
   *     trainer refuses to load one that was trained with others
   */
  public record LearningRate(
      double peak,
      double minimum,
      LearningRateDecay decay,
      long decaySamples,
      long warmupSamples,
      boolean override) {}

  /**
   * Sequences that grow from the minimum to the maximum in a straight line, as DeepSpeed's
   * curriculum learning has it.
   *
   * @param minimum tokens of the first sequences
   * @param maximum tokens of the last ones
   * @param iterations over which they grow
   * @param step their lengths are multiples of this, in tokens
   */
  public record Curriculum(int minimum, int maximum, int iterations, int step) {}

  /** Iterations from first to last, both included. */
  public record IterationRange(long first, long last) {}

  /**
   * When validation runs, and on how many batches.
   *
   * @param iterations batches of each validation set
   */
  public record Evaluation(int everyIterations, int iterations) {}

  /**
   * Files for TensorBoard.
   *
   * @param directory absolute
   * @param queueSize events that are kept before they are written; absent means the trainer's
   *     default
   * @param log what they hold besides the usual
   */
  public record Tensorboard(
      String directory, Optional<Integer> queueSize, List<TensorboardSeries> log) {
    public Tensorboard {
      log = List.copyOf(log);
    }
  }
}
