package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.bloomery.core.spec.Revision;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SpecTexts;
import org.junit.jupiter.api.Test;

/** Goal: what a spec says reaches Megatron-DeepSpeed in Megatron's words, and nothing else does. */
class MegatronArgumentsTest {
  private static final String DIRECTORY = "/srv/bloomery/runs/bloom-nano/attempts/0002/";

  @Test
  void everyFieldReachesTheTrainer() {
    assertThat(lines(SpecTexts.small()))
        .containsExactly(
            "--tensor-model-parallel-size 1",
            "--pipeline-model-parallel-size 1",
            "--num-layers 4",
            "--hidden-size 160",
            "--num-attention-heads 8",
            "--seq-length 256",
            "--max-position-embeddings 256",
            "--pad-vocab-size-to 384",
            "--position-embedding-type alibi",
            "--embed-layernorm",
            "--init-method-std 0.02",
            "--micro-batch-size 4",
            "--global-batch-size 16",
            "--rampup-batch-size 8 8 80",
            "--train-samples 3200",
            "--fp16",
            "--seed 42",
            "--optimizer adam",
            "--adam-beta1 0.9",
            "--adam-beta2 0.95",
            "--adam-eps 1e-8",
            "--clip-grad 1",
            "--weight-decay 0.1",
            "--lr 0.001",
            "--min-lr 0.0001",
            "--lr-decay-style cosine",
            "--lr-decay-samples 3200",
            "--lr-warmup-samples 160",
            "--skip-train-iteration-range 31-40 51-51",
            "--log-interval 1",
            "--eval-interval 100",
            "--eval-iters 1",
            "--tensorboard-dir /home/ada/.bloomery/tensorboard",
            "--tensorboard-queue-size 5",
            "--log-timers-to-tensorboard",
            "--log-batch-size-to-tensorboard",
            "--log-validation-ppl-to-tensorboard",
            "--tokenizer-type GPT2BPETokenizer",
            "--tokenizer-name-or-path gpt2",
            "--vocab-file /data/vocab.json",
            "--merge-file /specs/small/merges.txt",
            "--train-weighted-split-paths-path " + DIRECTORY + "train-splits.txt",
            "--valid-weighted-split-paths-path " + DIRECTORY + "valid-splits.txt",
            "--data-impl mmap",
            "--num-workers 2",
            "--valid-num-workers 0",
            "--save /srv/bloomery/checkpoints/bloom-nano/attempts/0002",
            "--load " + DIRECTORY + "load",
            "--save-interval 20",
            "--kill-switch-path " + DIRECTORY + "kill-switch",
            "--exit-duration-in-mins 25",
            "--distributed-backend nccl",
            "--deepspeed",
            "--deepspeed_config " + DIRECTORY + "ds_config.json",
            "--zero-stage 1",
            "--cpu-optimizer",
            "--distributed-backend gloo");
  }

  @Test
  void whatIsNotWantedIsNotSaid() {
    String spec =
        SpecTexts.small()
            .replaceAll("(?m)^    (skipIterations|implementation|.*[wW]orkers): .*\n", "")
            .replaceAll("(?s)    tensorboard:\n.*?\n  deepSpeed", "  deepSpeed")
            .replaceAll("(?s)    validation:\n.*?\n    implementation", "    validation: []\n")
            .replaceAll("(?s)    validation:\n.*?(?=\n  checkpoint)", "    validation: []")
            .replace("offloadOptimizer: true", "offloadOptimizer: false")
            .replace("padVocabulary: true", "padVocabulary: false")
            .replace("embeddingLayerNorm: true", "embeddingLayerNorm: false");
    assertThat(lines(spec, Optional.empty()))
        .doesNotHaveDuplicates()
        .extracting(line -> line.split(" ", 2)[0])
        .doesNotContain(
            "--cpu-optimizer",
            "--data-impl",
            "--embed-layernorm",
            "--load",
            "--num-workers",
            "--pad-vocab-size-to",
            "--skip-train-iteration-range",
            "--tensorboard-dir",
            "--valid-num-workers",
            "--valid-weighted-split-paths-path");
  }

  @Test
  void whatIsRareIsSaidToo() {
    String spec =
        SpecTexts.small()
            .replace("gpusPerNode: 2", "gpusPerNode: 4")
            .replace("parallelism: {tensor: 1, pipeline: 1", "parallelism: {tensor: 2, pipeline: 2")
            .replace("syncDuplicated: false", "syncDuplicated: true")
            .replace("feedForwardSize: 640", "feedForwardSize: 448")
            .replace("override: false", "override: true")
            .replace("activationCheckpointing: false", "activationCheckpointing: true");
    assertThat(lines(spec))
        .contains(
            "--pp-partition-method type:transformer|embedding",
            "--sync-tp-duplicated-parameters",
            "--ffn-hidden-size 448",
            "--override-lr-scheduler",
            "--checkpoint-activations",
            "--deepspeed-activation-checkpointing");
    assertThat(lines(spec.replace("type:transformer|embedding", "type:transformer")))
        .noneMatch(line -> line.startsWith("--pp-partition-method"));
  }

  @Test
  void stageThreeMayKeepParametersOnTheCpu() {
    String spec =
        SpecTexts.small()
            .replace("zeroStage: 1", "zeroStage: 3")
            .replace("offloadParameters: false", "offloadParameters: true");
    assertThat(lines(spec)).contains("--zero-stage 3", "--remote-device cpu");
  }

  /** Megatron stops with an error if it is told of positions that it does not learn. */
  @Test
  void rotaryPositionsHaveNoMaximum() {
    assertThat(lines(SpecTexts.small().replace("Embedding: alibi", "Embedding: rotary")))
        .contains("--position-embedding-type rotary")
        .noneMatch(line -> line.startsWith("--max-position-embeddings"));
  }

  /** From 80 the old number of replicas goes on; what the new one has saved is its own. */
  @Test
  void aConvertedCheckpointIsLoadedAsSuchOnce() {
    RunSpec first = SpecTexts.value(SpecTexts.small());
    RunSpec half = SpecTexts.value(SpecTexts.small().replace("gpusPerNode: 2", "gpusPerNode: 1"));
    RunSpec spec = withRevision(first, new Revision(100, "fewer devices", true, half));
    assertThat(words(spec, new Resume(80, 0))).doesNotContain("--universal-checkpoint");
    assertThat(words(spec, new Resume(100, 0))).contains("--universal-checkpoint");
    assertThat(words(spec, new Resume(120, 0))).contains("--universal-checkpoint");
    assertThat(words(spec, new Resume(100, 1))).doesNotContain("--universal-checkpoint");
    assertThat(words(spec, new Resume(120, 1))).doesNotContain("--universal-checkpoint");
  }

  @Test
  void anAttemptGetsTheRevisionOfTheIterationThatItStartsFrom() {
    RunSpec first = SpecTexts.value(SpecTexts.small());
    RunSpec later = SpecTexts.value(SpecTexts.small().replace("Iterations: 20", "Iterations: 10"));
    RunSpec spec = withRevision(first, new Revision(100, "save more often", false, later));
    assertThat(words(spec, new Resume(80, 0))).containsSequence("--save-interval", "20");
    assertThat(words(spec, new Resume(100, 0)))
        .containsSequence("--save-interval", "10")
        .doesNotContain("--universal-checkpoint");
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

  private static RunSpec withRevision(RunSpec spec, Revision revision) {
    return ScriptSamples.with(spec, spec.resources(), List.of(revision));
  }

  private static List<String> words(RunSpec spec, Resume resume) {
    return words(spec, Optional.of(resume));
  }

  private static List<String> words(RunSpec spec, Optional<Resume> resume) {
    return MegatronArguments.of(
        ScriptSamples.planFrom(2, resume), spec, ScriptSamples.slurmCluster());
  }

  private static List<String> lines(String spec) {
    return lines(spec, Optional.of(new Resume(20, 0)));
  }

  /** The words, one flag with its values a line. */
  private static List<String> lines(String spec, Optional<Resume> resume) {
    String words = String.join(" ", words(SpecTexts.value(spec), resume));
    return List.of(words.split(" (?=--)", -1));
  }
}
