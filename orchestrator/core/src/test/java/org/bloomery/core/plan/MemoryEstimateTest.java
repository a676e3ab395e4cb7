package org.bloomery.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SpecTexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares memory with what BigScience read from nvidia-smi before it chose BLOOM's shape. */
class MemoryEstimateTest {
  private static final String TEXT = SpecTexts.resource("bloom-176b.yaml");

  private static MemoryEstimate estimate(RunSpec run) {
    return MemoryEstimate.fullest(run, Topology.of(run), true).parts();
  }

  @ParameterizedTest
  @CsvSource({
    // All 17 rows of 28 February 2022 in chronicles-prequel.md that did not run out of memory:
    // hidden, layers, heads, tensor, pipeline, micro-batch, GB.
    "12288, 106, 64, 4, 12, 2, 67",
    "12288, 106, 96, 4, 12, 2, 65",
    "12288, 106, 128, 4, 12, 2, 67",
    "12288, 106, 96, 4, 12, 4, 79",
    "12288, 100, 64, 8, 6, 2, 61",
    "12288, 100, 64, 8, 6, 4, 72",
    "13312, 82, 64, 8, 12, 4, 52",
    "13312, 82, 64, 4, 12, 2, 63",
    "13312, 82, 104, 4, 12, 2, 62",
    "13312, 82, 128, 4, 12, 2, 60",
    "13312, 82, 64, 4, 12, 4, 74",
    "13312, 94, 128, 4, 12, 2, 67",
    "14336, 70, 64, 8, 12, 2, 40",
    "14336, 70, 64, 4, 12, 2, 59",
    "14336, 70, 112, 4, 12, 2, 59",
    "14336, 70, 128, 4, 12, 2, 60",
    "14336, 70, 64, 4, 12, 4, 73"
  })
  void publishedMemoryIsMetWithin5Percent(
      int hidden, int layers, int heads, int tensor, int pipeline, int micro, double gigabytes) {
    RunSpec run =
        SpecTexts.value(
            TEXT.replace("hiddenSize: 14336", "hiddenSize: " + hidden)
                .replace("layers: 70", "layers: " + layers)
                .replace("attentionHeads: 112", "attentionHeads: " + heads)
                .replace(
                    "{tensor: 4, pipeline: 12}",
                    "{tensor: " + tensor + ", pipeline: " + pipeline + "}")
                .replace(", rampUp: {start: 192, increment: 16, samples: 9_765_625}", "")
                .replace("micro: 2", "micro: " + micro));
    assertThat(estimate(run).total() / 1e9).isCloseTo(gigabytes, within(0.05 * gigabytes));
  }

  @Test
  void bf16KeepsEightBytesOfEachParameterAndAShareOfTwelve() {
    RunSpec run = SpecTexts.value(TEXT);
    MemoryEstimate memory = estimate(run);
    long parameters = Topology.of(run).stages().get(0).parametersPerDevice();
    assertThat(MemoryEstimate.fullest(run, Topology.of(run), true).stage()).isZero();
    assertThat(memory.weights()).isEqualTo(2 * parameters);
    assertThat(memory.gradients()).isEqualTo(6 * parameters);
    assertThat(memory.optimizer()).isEqualTo(12 * parameters / 8);
    assertThat(memory.total()).isBetween(53_000_000_000L, 70_000_000_000L);
    assertThat(
            memory.weights()
                + memory.gradients()
                + memory.optimizer()
                + memory.activations()
                + memory.logits()
                + memory.runtime())
        .isEqualTo(memory.total());
  }

  @ParameterizedTest
  @CsvSource({
    // precision, DeepSpeed's settings, then bytes of a parameter: weights, gradients, optimizer
    "fp16, zeroStage: 0, 2, 6, 12",
    "fp16, zeroStage: 1, 2, 4, 6",
    "fp16, zeroStage: 2, 2, 3, 6",
    "fp16, zeroStage: 3, 1, 3, 6",
    "fp32, zeroStage: 0, 4, 4, 8",
    "bf16, zeroStage: 0, 2, 6, 6",
    "fp16, 'zeroStage: 2, offloadOptimizer: true', 2, 1, 0"
  })
  void whatIsDividedOverTwoReplicasDependsOnTheStage(
      String precision, String deepSpeed, double weights, double gradients, double optimizer) {
    RunSpec run =
        SpecTexts.value(
            SampleSites.tiny()
                .replace("precision: bf16", "precision: " + precision)
                .replace("  data:\n", "  deepSpeed: {" + deepSpeed + "}\n  data:\n"));
    double parameters = ModelArithmetic.parameters(run.model());
    MemoryEstimate memory = estimate(run);
    assertThat(memory.weights() / parameters).isEqualTo(weights);
    assertThat(memory.gradients() / parameters).isEqualTo(gradients);
    assertThat(memory.optimizer() / parameters).isEqualTo(optimizer);
  }

  @Test
  void recomputingActivationsSavesMemoryAndCpuRanksHaveNoCudaContext() {
    String text = SampleSites.tiny();
    MemoryEstimate kept = estimate(SpecTexts.value(text));
    RunSpec recomputing =
        SpecTexts.value(
            text.replace("activationCheckpointing: false", "activationCheckpointing: true"));
    assertThat(estimate(recomputing).activations()).isLessThan(kept.activations() / 2);
    MemoryEstimate onCpus =
        MemoryEstimate.fullest(recomputing, Topology.of(recomputing), false).parts();
    assertThat(estimate(recomputing).runtime() - onCpus.runtime()).isEqualTo((1573L - 233) << 20);
  }
}
