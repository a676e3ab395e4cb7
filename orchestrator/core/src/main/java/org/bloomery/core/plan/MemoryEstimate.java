package org.bloomery.core.plan;

import java.util.Comparator;
import org.bloomery.core.plan.Topology.Stage;
import org.bloomery.core.spec.DeepSpeed;
import org.bloomery.core.spec.Model;
import org.bloomery.core.spec.Precision;
import org.bloomery.core.spec.RunSpec;

/**
 * Bytes on the fullest device, by what they hold. What DeepSpeed keeps is read from its optimizers
 * ({@code bf16_optimizer.py}, {@code fused_optimizer.py}, {@code stage_1_and_2.py}); activations
 * are those of Korthikanti et al. (arXiv 2205.05198).
 *
 * @param weights in the format of training
 * @param gradients of the last backward pass, and their sum over the micro-batches
 * @param optimizer master weights and both Adam moments
 * @param activations what the backward pass needs of the micro-batches under way
 * @param logits of one micro-batch, on the stage with the head
 * @param runtime the CUDA context (on CPUs the interpreter with its libraries), the buffers of
 *     NCCL, and what the allocator cannot use
 */
public record MemoryEstimate(
    long weights, long gradients, long optimizer, long activations, long logits, long runtime) {

  /** 1,573 MiB of an A100 for the first kernel alone (BigScience, chronicles-prequel.md). */
  private static final long CUDA_CONTEXT = 1573L << 20;

  /** A Python process that has loaded PyTorch 1.13, as measured on Debian 12. */
  private static final long CPU_CONTEXT = 233L << 20;

  /**
   * NCCL and fragmentation, as a share of all else. Nobody publishes the two. This is what is left,
   * on average, of the 17 memory figures that BigScience printed for its BF16 optimizer, once the
   * other parts are taken off; with it each of the 17 is met within 5 %.
   */
  private static final double UNACCOUNTED = 0.196;

  /** All parts. */
  public long total() {
    return weights + gradients + optimizer + activations + logits + runtime;
  }

  /** A stage and what each of its devices holds. */
  record OfStage(int stage, MemoryEstimate parts) {}

  /** The fullest stage, on GPUs or on CPUs. */
  static OfStage fullest(RunSpec run, Topology topology, boolean onGpus) {
    long context = onGpus ? CUDA_CONTEXT : CPU_CONTEXT;
    return topology.stages().stream()
        .map(stage -> new OfStage(stage.index(), ofStage(run, topology, stage, context)))
        .max(Comparator.comparingLong(one -> one.parts().total()))
        .orElseThrow();
  }

  private static MemoryEstimate ofStage(RunSpec run, Topology topology, Stage stage, long context) {
    PerParameter bytes = PerParameter.of(run);
    double parameters = stage.parametersPerDevice();
    double weights = parameters * bytes.weights();
    double gradients = parameters * bytes.gradients();
    double optimizer = parameters * bytes.optimizer();
    double activations = activations(run, topology, stage);
    double logits = stage.head() ? logits(run) : 0;
    double all = weights + gradients + optimizer + activations + logits;
    return new MemoryEstimate(
        Math.round(weights),
        Math.round(gradients),
        Math.round(optimizer),
        Math.round(activations),
        Math.round(logits),
        Math.round(context + UNACCOUNTED * all));
  }

  /** Bytes that a device keeps for each parameter that it holds. */
  private record PerParameter(double weights, double gradients, double optimizer) {

    static PerParameter of(RunSpec run) {
      DeepSpeed deepSpeed = run.deepSpeed();
      double replicas = run.dataParallel();
      int zero = deepSpeed.zeroStage();
      boolean whole = run.training().precision() == Precision.FP32;
      double width = whole ? 4 : 2;
      // fp32 has its master weights in the model and sums gradients where they arise.
      double master = whole ? 8 : 12;
      double sum = whole ? 0 : 4;
      double optimizerShards = zero >= 1 ? replicas : 1;
      double sumShards = optimizerShards;
      if (zero == 0 && run.training().precision() == Precision.BF16) {
        // BF16_Optimizer divides its state by itself, but every replica sums all gradients.
        optimizerShards = replicas;
        sumShards = 1;
      }
      boolean away = deepSpeed.offloadOptimizer();
      return new PerParameter(
          deepSpeed.offloadParameters() ? 0 : width / (zero >= 3 ? replicas : 1),
          width / (zero >= 2 ? replicas : 1) + (away ? 0 : sum / sumShards),
          away ? 0 : master / optimizerShards);
    }
  }

  /**
   * A block holds {@code sbh(10 + 24/t + 5as/ht)} bytes; with checkpointing only its input ({@code
   * 2sbh}) for each micro-batch under way, one block in full while it is passed again, and what the
   * stage sends on. The first stage has as many micro-batches under way as there are stages.
   */
  private static double activations(RunSpec run, Topology topology, Stage stage) {
    Model model = run.model();
    double width = width(run);
    double sbh = (double) model.sequenceLength() * run.batch().micro() * model.hiddenSize();
    double tensor = topology.tensor();
    double scores = 5.0 * model.attentionHeads() * model.sequenceLength() / model.hiddenSize();
    double block = width * sbh * (10 + 24 / tensor + scores / tensor);
    double underWay =
        Math.min(topology.stages().size() - stage.index(), microBatches(run, topology));
    return run.training().activationCheckpointing()
        ? 2 * width * sbh * (stage.blocks() + 1) * underWay + block
        : block * stage.blocks() * underWay;
  }

  /** In the format of training, and in fp32 for the loss. */
  private static double logits(RunSpec run) {
    Model model = run.model();
    double count =
        (double) model.sequenceLength()
            * run.batch().micro()
            * model.vocabularySize()
            / run.parallelism().tensor();
    return (2 * width(run) + 4) * count;
  }

  /** Of a number in the format of training, in units of two bytes. */
  private static double width(RunSpec run) {
    return run.training().precision() == Precision.FP32 ? 2 : 1;
  }

  private static double microBatches(RunSpec run, Topology topology) {
    return run.batch().global() / ((double) run.batch().micro() * topology.dataParallel());
  }
}
