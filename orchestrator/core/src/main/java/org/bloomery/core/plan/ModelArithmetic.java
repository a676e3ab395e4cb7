package org.bloomery.core.plan;

import org.bloomery.core.spec.Model;
import org.bloomery.core.spec.PositionEmbedding;
import org.bloomery.core.spec.RunSpec;

/**
 * Sizes and work that follow from a model's shape. With h the hidden size, f the feed-forward size
 * (4h in BLOOM), v the vocabulary, l the layers, s the sequence length.
 */
final class ModelArithmetic {
  private ModelArithmetic() {}

  /** Parameters of a block's matrices and of the biases that go with their columns. */
  private static long splitParameters(Model model) {
    long h = model.hiddenSize();
    long f = model.feedForwardSize();
    return 4 * h * h + 2 * h * f + 3 * h + f;
  }

  /** Two layer norms and the two biases of a block that every tensor rank holds in full. */
  private static long repeatedParameters(Model model) {
    return 6L * model.hiddenSize();
  }

  /** Parameters of one transformer block: {@code 12h^2 + 13h} in BLOOM. */
  static long blockParameters(Model model) {
    return splitParameters(model) + repeatedParameters(model);
  }

  /** One tensor rank's part of a block. */
  static long blockParametersPerRank(Model model, int tensor) {
    return splitParameters(model) / tensor + repeatedParameters(model);
  }

  /** The token embedding, which is also the output head. */
  static long tokenEmbeddingParameters(Model model) {
    return (long) model.vocabularySize() * model.hiddenSize();
  }

  /** One tensor rank's part of the token embedding, with what is beside it on the first stage. */
  static long embeddingParametersPerRank(Model model, int tensor) {
    return tokenEmbeddingParameters(model) / tensor + besideEmbedding(model);
  }

  private static long besideEmbedding(Model model) {
    long h = model.hiddenSize();
    boolean table = model.positionEmbedding() == PositionEmbedding.LEARNED;
    return (model.embeddingLayerNorm() ? 2 * h : 0) + (table ? model.maximumPositions() * h : 0);
  }

  static long finalNormParameters(Model model) {
    return 2L * model.hiddenSize();
  }

  /**
   * All parameters: blocks, the tied embedding, the final layer norm, and what the family adds. For
   * BLOOM that is {@code l(12h^2 + 13h) + vh + 4h} (BigScience, train/tr11-176B-ml/README).
   */
  static long parameters(Model model) {
    return Math.addExact(
        Math.multiplyExact((long) model.layers(), blockParameters(model)),
        tokenEmbeddingParameters(model) + besideEmbedding(model) + finalNormParameters(model));
  }

  /** How often a block is passed: forward, backward for two, and once more if recomputed. */
  static int passes(RunSpec run) {
    return run.training().activationCheckpointing() ? 4 : 3;
  }

  /**
   * Floating-point operations of one iteration with so many samples: {@code 24 c B s l h^2 (1 +
   * s/6h + v/16lh)} for f = 4h, c = 4 with activation checkpointing and 3 without
   * (Megatron-DeepSpeed's training log; Narayanan et al., arXiv 2104.04473, appendix).
   */
  static double flops(RunSpec run, double samples) {
    Model model = run.model();
    double tokens = samples * model.sequenceLength();
    double head = 1.5 * model.hiddenSize() * model.vocabularySize();
    return passes(run) * tokens * (model.layers() * multiplications(model) + head);
  }

  /** Operations of a block per token and pass: {@code 24h^2 + 4sh} for f = 4h. */
  private static double multiplications(Model model) {
    double h = model.hiddenSize();
    return 8 * h * h + 4 * h * model.feedForwardSize() + 4 * h * model.sequenceLength();
  }

  /**
   * Operations that a stage does for one sample. The head takes three passes whatever the blocks
   * take: it is never recomputed.
   */
  static double stageFlops(RunSpec run, int blocks, boolean head) {
    Model model = run.model();
    double headFlops = head ? 6.0 * model.hiddenSize() * model.vocabularySize() : 0;
    return model.sequenceLength() * (blocks * passes(run) * multiplications(model) + headFlops);
  }

  /**
   * Seconds of a training by the rule of thumb {@code 2 x passes x parameters x tokens}, which
   * leaves out attention and the head: 450e9 tokens, 167e9 parameters and 384 x 150 TFLOP/s give
   * the 120.80 days of BigScience's README.
   */
  static double ruleOfThumbSeconds(int passes, double parameterTokens, double flopsPerSecond) {
    return 2 * passes * parameterTokens / flopsPerSecond;
  }
}
