package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.bloomery.core.spec.Batch;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.Launcher;
import org.bloomery.core.spec.LauncherKind;
import org.bloomery.core.spec.LearningRateDecay;
import org.bloomery.core.spec.Model;
import org.bloomery.core.spec.ModelFamily;
import org.bloomery.core.spec.OptimizerKind;
import org.bloomery.core.spec.Parallelism;
import org.bloomery.core.spec.PipelinePartition;
import org.bloomery.core.spec.PositionEmbedding;
import org.bloomery.core.spec.Precision;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SampleClusters;
import org.bloomery.core.spec.Training;
import org.bloomery.core.spec.TrainingData;
import org.junit.jupiter.api.Test;

/** Goal: what a spec says reaches Megatron-DeepSpeed in Megatron's words, and nothing else does. */
class MegatronArgumentsTest {
  private static final String DIRECTORY = "/srv/bloomery/runs/bloom-nano/attempts/0002/";

  /** The published arguments of BLOOM-176B, as far as a spec has fields for them. */
  @Test
  void bloom176bGetsItsPublishedArguments() {
    assertThat(lines(bloom176b(), Optional.of(94768L)))
        .containsExactlyInAnyOrder(
            "--tensor-model-parallel-size 4",
            "--pipeline-model-parallel-size 12",
            "--pp-partition-method type:transformer|embedding",
            "--sync-tp-duplicated-parameters",
            "--num-layers 70",
            "--hidden-size 14336",
            "--num-attention-heads 112",
            "--seq-length 2048",
            "--max-position-embeddings 2048",
            "--pad-vocab-size-to 250880",
            "--position-embedding-type alibi",
            "--embed-layernorm",
            "--init-method-std 0.0048",
            "--micro-batch-size 2",
            "--global-batch-size 2048",
            "--rampup-batch-size 192 16 9765625",
            "--train-samples 220000000",
            "--bf16",
            "--seed 42",
            "--optimizer adam",
            "--adam-beta1 0.9",
            "--adam-beta2 0.95",
            "--adam-eps 1e-8",
            "--clip-grad 1",
            "--weight-decay 0.1",
            "--lr 0.00006",
            "--min-lr 0.000006",
            "--lr-decay-style cosine",
            "--lr-decay-samples 200000000",
            "--lr-warmup-samples 183105",
            "--log-interval 1",
            "--eval-interval 1000",
            "--eval-iters 1",
            "--tokenizer-type PretrainedFromHF",
            "--tokenizer-name-or-path bigscience/tokenizer",
            "--train-weighted-split-paths-path " + DIRECTORY + "train-splits.txt",
            "--valid-weighted-split-paths-path " + DIRECTORY + "valid-splits.txt",
            "--save /srv/bloomery/checkpoints/bloom-nano/attempts/0002",
            "--load " + DIRECTORY + "load",
            "--save-interval 50",
            "--kill-switch-path " + DIRECTORY + "kill-switch",
            "--exit-duration-in-mins 5990",
            "--distributed-backend nccl",
            "--checkpoint-activations",
            "--deepspeed-activation-checkpointing",
            "--deepspeed",
            "--deepspeed_config " + DIRECTORY + "ds_config.json",
            "--zero-stage 0",
            "--abort-on-unmet-fused-kernel-constraints",
            "--num-workers 2");
  }

  @Test
  void fromScratchThereIsNothingToLoad() {
    assertThat(lines(ScriptSamples.spec(), Optional.empty()))
        .noneMatch(line -> line.startsWith("--load"));
  }

  @Test
  void otherPrecisionsDivideTheOptimizerByStageOne() {
    RunSpec half = withPrecision(Precision.FP16);
    assertThat(lines(half, Optional.empty())).contains("--fp16", "--zero-stage 1");
    assertThat(DeepSpeedConfig.of(half))
        .contains("\"stage\": 1")
        .contains("\"fp16\": {\"enabled\": true}")
        .doesNotContain("bf16");
    RunSpec single = withPrecision(Precision.FP32);
    assertThat(lines(single, Optional.empty()))
        .contains("--zero-stage 1")
        .doesNotContain("--fp16", "--bf16");
    assertThat(DeepSpeedConfig.of(single)).doesNotContain("fp16", "bf16");
  }

  @Test
  void numbersAreWrittenForParsersAndPeople() {
    assertThat(PlainNumber.of(6e-5)).isEqualTo("0.00006");
    assertThat(PlainNumber.of(1e-8)).isEqualTo("1e-8");
    assertThat(PlainNumber.of(1.5e-12)).isEqualTo("1.5e-12");
    assertThat(PlainNumber.of(100)).isEqualTo("100");
    assertThat(PlainNumber.of(0.0)).isEqualTo("0");
    assertThat(PlainNumber.withDigits(0.95, 3)).isEqualTo("0.950");
    assertThat(PlainNumber.withDigits(0.13054018, 1)).isEqualTo("0.13054018");
    assertThat(PlainNumber.withDigits(1, 1)).isEqualTo("1.0");
    assertThat(PlainNumber.withDigits(1e-9, 1)).isEqualTo("0.000000001");
  }

  /** The words, one flag with its values a line. */
  private static List<String> lines(RunSpec spec, Optional<Long> resumeIteration) {
    ClusterProfile local = ScriptSamples.cluster();
    ClusterProfile slurm =
        SampleClusters.slurm("jean-zay-a100", OptionalDouble.of(150), OptionalLong.of(80L << 30));
    ClusterProfile cluster = spec.launcher().workingDirectory().isPresent() ? local : slurm;
    List<String> words =
        MegatronArguments.of(ScriptSamples.plan(2, resumeIteration), spec, cluster);
    return List.of(String.join(" ", words).split(" (?=--)", -1));
  }

  private static RunSpec withPrecision(Precision precision) {
    RunSpec spec = ScriptSamples.spec();
    Training old = spec.training();
    return with(
        spec,
        spec.model(),
        new Training(
            old.samples(),
            precision,
            Optional.empty(),
            old.seed(),
            old.activationCheckpointing(),
            old.optimizer(),
            old.learningRate(),
            old.curriculum(),
            old.skipIterations(),
            old.evaluation(),
            old.logEveryIterations(),
            old.tensorboard()),
        spec.launcher());
  }

  private static RunSpec bloom176b() {
    Model model =
        new Model(
            ModelFamily.BLOOM,
            70,
            14_336,
            4 * 14_336,
            112,
            2048,
            2048,
            250_880,
            true,
            PositionEmbedding.ALIBI,
            true,
            0.0048);
    Training training =
        new Training(
            220_000_000,
            Precision.BF16,
            Optional.empty(),
            42,
            true,
            new Training.Optimizer(OptimizerKind.ADAM, 0.9, 0.95, 1e-8, 0.1, 1.0),
            new Training.LearningRate(
                6e-5, 6e-6, LearningRateDecay.COSINE, 200_000_000, 183_105, false),
            Optional.empty(),
            List.of(),
            new Training.Evaluation(1000, 1),
            1,
            Optional.empty());
    Launcher launcher =
        new Launcher(
            LauncherKind.MEGATRON_DEEPSPEED,
            Optional.empty(),
            "/srv/Megatron-DeepSpeed/pretrain_gpt.py",
            Optional.empty(),
            List.of(),
            new TreeMap<>(),
            Optional.empty(),
            List.of(),
            new Launcher.Preflight(List.of(), Duration.ofMinutes(5)),
            Optional.of(Duration.ofMinutes(5990)),
            List.of("--abort-on-unmet-fused-kernel-constraints", "--num-workers", "2"));
    return with(ScriptSamples.spec(), model, training, launcher);
  }

  private static RunSpec with(RunSpec spec, Model model, Training training, Launcher launcher) {
    boolean large = model.layers() == 70;
    TrainingData data =
        new TrainingData(
            new TrainingData.Tokenizer(
                "PretrainedFromHF",
                Optional.of("bigscience/tokenizer"),
                Optional.empty(),
                Optional.empty()),
            spec.data().mixture(),
            spec.data().split(),
            spec.data().validation(),
            spec.data().implementation(),
            spec.data().workers(),
            spec.data().validationWorkers());
    return new RunSpec(
        spec.name(),
        spec.account(),
        spec.labels(),
        spec.cluster(),
        large ? ScriptSamples.resources(48, 8, Duration.ofHours(100)) : spec.resources(),
        model,
        large
            ? new Parallelism(4, 12, PipelinePartition.TRANSFORMER_AND_EMBEDDING, true)
            : spec.parallelism(),
        large
            ? new Batch(2, 2048, Optional.of(new Batch.RampUp(192, 16, 9_765_625)))
            : spec.batch(),
        training,
        ScriptSamples.deepSpeed(training.precision() == Precision.BF16 ? 0 : 1),
        data,
        spec.checkpoint(),
        launcher,
        spec.restart(),
        spec.budget(),
        spec.revisions());
  }
}
