package org.bloomery.core.plan;

import org.bloomery.core.spec.Model;
import org.bloomery.core.spec.Precision;
import org.bloomery.core.spec.RunSpec;

/**
 * Bytes on the fullest device, by what they hold; the runtime's own memory (CUDA context,
 * communication buffers, fragmentation) is not in it.
 */
public record MemoryEstimate(long weights, long gradients, long optimizer, long activations) {

  public long total() {
    return weights + gradients + optimizer + activations;
  }

  static MemoryEstimate of(RunSpec run) {
    long parameters = parametersOfFullestDevice(run);
    boolean half = run.training().precision() != Precision.FP32;
    // fp32 keeps its weights in the model; the others keep a master copy beside the Adam moments.
    long optimizerBytes = half ? 12 : 8;
    // BF16_Optimizer shards its state over the replicas (ZeRO stage 1); the others do not.
    boolean sharded = run.training().precision() == Precision.BF16;
    long replicas = sharded ? run.dataParallel() : 1;
    return new MemoryEstimate(
        parameters * (half ? 2 : 4),
        parameters * 4,
        parameters * optimizerBytes / replicas,
        activations(run));
  }

  /**
   * The blocks and the two embeddings are dealt evenly, so that the end stages have one block less
   * and an embedding each. With one stage the embedding is shared and held once.
   */
  private static long parametersOfFullestDevice(RunSpec run) {
    Model model = run.model();
    int stages = run.parallelism().pipeline();
    int tensor = run.parallelism().tensor();
    if (stages == 1) {
      return ModelArithmetic.parameters(model) / tensor;
    }
    long slots = (model.layers() + 2L) / stages;
    long block = ModelArithmetic.blockParameters(model);
    long middle = stages > 2 ? slots * block : 0;
    long end = (slots - 1) * block + ModelArithmetic.embeddingParameters(model);
    return Math.max(middle, end) / tensor;
  }

  /**
   * Activations by Korthikanti et al. (arXiv 2205.05198): a block holds {@code sbh(10 + 24/t +
   * 5as/ht)} bytes; with checkpointing only its input ({@code 2sbh}) per micro-batch in flight, and
   * one block in full. The first stage has as many micro-batches in flight as there are stages.
   */
  private static long activations(RunSpec run) {
    Model model = run.model();
    double sbh = (double) model.sequenceLength() * run.batch().micro() * model.hiddenSize();
    double width = run.training().precision() == Precision.FP32 ? 2 : 1;
    double t = run.parallelism().tensor();
    double heads = 5.0 * model.attentionHeads() * model.sequenceLength() / model.hiddenSize();
    double block = width * sbh * (10 + 24 / t + heads / t);
    int stages = run.parallelism().pipeline();
    double blocks = stages == 1 ? model.layers() : Math.ceil((model.layers() + 2.0) / stages);
    double inFlight = blocks * Math.min(stages, microBatches(run));
    double logits =
        6.0 * model.sequenceLength() * run.batch().micro() * (model.vocabularySize() / t);
    double held =
        run.training().activationCheckpointing()
            ? 2 * width * sbh * inFlight + block
            : block * inFlight;
    return Math.round(held + logits);
  }

  private static long microBatches(RunSpec run) {
    return run.batch().global() / ((long) run.batch().micro() * run.dataParallel());
  }
}
