package org.bloomery.core.plan;

import org.bloomery.core.spec.Model;
import org.bloomery.core.spec.PositionEmbedding;
import org.bloomery.core.spec.Precision;
import org.bloomery.core.spec.RunSpec;

/** Sizes and work that follow from a model's shape. */
final class ModelArithmetic {
  private ModelArithmetic() {}

  /** Parameters of one transformer block: {@code 12h^2 + 13h}, weights and biases. */
  static long blockParameters(Model model) {
    long h = model.hiddenSize();
    return 12 * h * h + 13 * h;
  }

  /** The token embedding, which is also the output head. */
  static long embeddingParameters(Model model) {
    return (long) model.vocabularySize() * model.hiddenSize();
  }

  /**
   * All parameters: blocks, the tied embedding, the final layer norm, and what the family adds. For
   * BLOOM that is {@code l(12h^2 + 13h) + vh + 4h} (BigScience, train/tr11-176B-ml/README).
   */
  static long parameters(Model model) {
    long h = model.hiddenSize();
    long layerNorms = model.embeddingLayerNorm() ? 4 * h : 2 * h;
    boolean table = model.positionEmbedding() == PositionEmbedding.LEARNED;
    long positions = table ? model.maximumPositions() * h : 0;
    return Math.addExact(
        Math.multiplyExact((long) model.layers(), blockParameters(model)),
        embeddingParameters(model) + layerNorms + positions);
  }

  /**
   * Floating-point operations of one iteration with so many samples: {@code 24 c B s l h^2 (1 +
   * s/6h + V/16lh)}, c = 4 with activation checkpointing and 3 without (Megatron-DeepSpeed's
   * training log; Narayanan et al., arXiv 2104.04473, appendix).
   */
  static double flops(RunSpec run, long samples) {
    Model model = run.model();
    double s = model.sequenceLength();
    double h = model.hiddenSize();
    double l = model.layers();
    double v = model.vocabularySize();
    double passes = run.training().activationCheckpointing() ? 4 : 3;
    double shape = 1 + s / (6 * h) + v / (16 * l * h);
    return 24 * passes * samples * s * l * h * h * shape;
  }

  /**
   * Bytes of one checkpoint: fp32 weights and both Adam moments (12 a parameter) and the weights in
   * the format of training, if that is another (2). With a pipeline the tied embedding lies on the
   * first and on the last stage, so that its optimizer state is saved twice. BLOOM-176B: 2.511 TB.
   */
  static long checkpointBytes(RunSpec run) {
    boolean twoCopies = run.training().precision() != Precision.FP32;
    long all = parameters(run.model()) * (twoCopies ? 14 : 12);
    boolean staged = run.parallelism().pipeline() > 1;
    return all + (staged ? 12 * embeddingParameters(run.model()) : 0);
  }

  /**
   * Files in a checkpoint's directory as DeepSpeed's pipeline engine writes them: per tensor rank
   * one for each block, the embedding and the final layer norm; one per model-parallel rank; one
   * optimizer shard per rank. BLOOM-176B: 288 + 48 + 384 = 720.
   */
  static long checkpointFiles(RunSpec run) {
    long modelParallel = run.parallelism().modelParallel();
    long layers = (run.model().layers() + 2L) * run.parallelism().tensor();
    return layers + modelParallel + run.dataParallel() * modelParallel;
  }
}
