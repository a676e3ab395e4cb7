package org.bloomery.core.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanaryTest {
  private static final String BLOOM = SpecTexts.resource("bloom-176b.yaml");

  private static String canaryText(String text) {
    Bound<String> bound =
        SpecBinder.canary("run.yaml", text.getBytes(StandardCharsets.UTF_8), SpecTexts.CONTEXT);
    if (bound instanceof Bound.Value<String> good) {
      return good.value();
    }
    throw new AssertionError(bound.problemList().toString());
  }

  /** Read where nothing beside it can be meant. */
  private static RunSpec canary(String text) {
    Bound<RunSpec> bound =
        SpecBinder.bindRun(
            "canary.yaml", canaryText(text), new BindContext("/home/ada/.bloomery", "/nowhere"));
    if (bound instanceof Bound.Value<RunSpec> good) {
      return good.value();
    }
    throw new AssertionError(bound.problemList().toString());
  }

  @Test
  void bloomIsRehearsedOnTwoNodesInHalfAnHour() {
    RunSpec run = SpecTexts.value(BLOOM);
    RunSpec canary = canary(BLOOM);
    assertThat(canary.name().value()).isEqualTo("tr11-176b-ml-canary");
    assertThat(canary.resources().nodes()).isEqualTo(2);
    assertThat(canary.resources().timeLimit()).isEqualTo(Duration.ofMinutes(30));
    assertThat(canary.parallelism().tensor()).isEqualTo(4);
    assertThat(canary.parallelism().pipeline()).isEqualTo(2);
    assertThat(canary.model().layers()).isEqualTo(2);
    assertThat(canary.dataParallel()).isEqualTo(2);
    assertThat(canary.batch()).isEqualTo(new Batch(2, 16, java.util.Optional.empty()));
    assertThat(canary.training().samples()).isEqualTo(160);
    assertThat(canary.training().evaluation().everyIterations()).isEqualTo(5);
    assertThat(canary.checkpoint().directory()).isEqualTo("/scratch/checkpoints-canary");
    assertThat(canary.checkpoint().everyIterations()).isEqualTo(5);
    assertThat(canary.launcher().exitDuration()).contains(Duration.ofMinutes(25));
    assertThat(canary.restart().maximumFailures()).isZero();
    assertThat(canary.budget().limit().hours()).isEqualTo(16);

    assertThat(canary.cluster()).isEqualTo(run.cluster());
    assertThat(canary.data()).isEqualTo(run.data());
    assertThat(canary.launcher().script()).isEqualTo(run.launcher().script());
    assertThat(canary.launcher().environment()).isEqualTo(run.launcher().environment());
    assertThat(canary.resources().partition()).isEqualTo(run.resources().partition());
    assertThat(canary.resources().gpusPerNode()).isEqualTo(8);
    assertThat(canary.model().hiddenSize()).isEqualTo(14_336);
  }

  @Test
  void itsCommentsNameEveryChangeAndNothingElse() {
    assertThat(canaryText(BLOOM).lines().takeWhile(line -> line.startsWith("#")))
        .containsExactly(
            "# A rehearsal of tr11-176b-ml, derived by bloomery plan --canary. It has the run's"
                + " tensor width, kind of",
            "# node, environment, data and launcher. What is different:",
            "#   metadata.name: tr11-176b-ml-canary, was tr11-176b-ml",
            "#   spec.resources.nodes: 2, was 48",
            "#   spec.resources.timeLimit: 30m, was 100h",
            "#   spec.model.layers: 2, was 70",
            "#   spec.parallelism.pipeline: 2, was 12",
            "#   spec.batch.global: 16, was 2048",
            "#   spec.batch.rampUp: removed",
            "#   spec.training.samples: 160, was 220_000_000",
            "#   spec.training.evaluation.everyIterations: 5, was not there",
            "#   spec.checkpoint.directory: /scratch/checkpoints-canary, was /scratch/checkpoints",
            "#   spec.checkpoint.everyIterations: 5, was 100",
            "#   spec.checkpoint.keep.last: 1, was 15",
            "#   spec.checkpoint.keep.every: removed",
            "#   spec.launcher.exitDuration: 25m, was 5990m",
            "#   spec.restart.maximumFailures: 0, was not there",
            "#   spec.budget.gpuHours: 16, was 1_250_000");
  }

  @Test
  void theSpecWithEveryFieldCanBeRehearsedFromAnywhere() {
    RunSpec run = SpecTexts.value(SpecTexts.small());
    RunSpec canary = canary(SpecTexts.small());
    assertThat(canary.launcher().script()).isEqualTo(run.launcher().script());
    assertThat(canary.data()).isEqualTo(run.data());
    assertThat(canary.training().skipIterations()).isEmpty();
    assertThat(canary.training().tensorboard().orElseThrow().directory())
        .isEqualTo(run.training().tensorboard().orElseThrow().directory() + "-canary");
    assertThat(canaryText(SpecTexts.small()))
        .contains("#   ${SPEC_DIR}/pretrain.py: written out as /specs/small/pretrain.py");
  }

  @Test
  void aRehearsalIsOfTheLatestRevision() {
    String revised =
        BLOOM
            + "  revisions:\n"
            + "    - {fromIteration: 7572, reason: full pipeline, set: {batch: {micro: 1}}}\n"
            + "    - fromIteration: 9000\n"
            + "      reason: hangs\n"
            + "      set: {launcher: {environment: {A: b}}}\n";
    RunSpec canary = canary(revised);
    assertThat(canary.revisions()).isEmpty();
    assertThat(canary.batch().micro()).isEqualTo(1);
    assertThat(canary.batch().global()).isEqualTo(8);
    assertThat(canary.launcher().environment()).containsEntry("A", "b");
    assertThat(canaryText(revised)).contains("#   spec.revisions: all of them hold from the start");
  }

  @ParameterizedTest
  @CsvSource({
    // nodes, gpus, tensor, pipeline, layers, micro: then nodes, pipeline, layers, batch
    "48, 8, 4, 12, 70, 2, 2, 2, 2, 16",
    "8, 4, 1, 1, 24, 1, 2, 1, 2, 16",
    "16, 4, 2, 2, 24, 1, 2, 2, 2, 8",
    "32, 4, 4, 4, 30, 1, 2, 2, 2, 4",
    "1, 2, 1, 1, 4, 4, 1, 1, 2, 16",
    "1, 4, 4, 1, 1, 1, 1, 1, 1, 2",
    // A replica over three nodes of three: no two nodes divide into pipelines of two.
    "9, 3, 3, 3, 4, 1, 2, 2, 2, 4"
  })
  void anyShapeHasASmallestOneWithTheSameTensorWidth(
      int nodes,
      int gpus,
      int tensor,
      int pipeline,
      int layers,
      int micro,
      int smallNodes,
      int smallPipeline,
      int smallLayers,
      int smallBatch) {
    int step = micro * nodes * gpus / (tensor * pipeline);
    String text =
        BLOOM
            .replace("nodes: 48", "nodes: " + nodes)
            .replace("gpusPerNode: 8", "gpusPerNode: " + gpus)
            .replace("layers: 70", "layers: " + layers)
            .replace("attentionHeads: 112", "attentionHeads: 192")
            .replace("hiddenSize: 14336", "hiddenSize: 12288")
            .replace("vocabularySize: 250880", "vocabularySize: 251904")
            .replace(
                "{tensor: 4, pipeline: 12}", "{tensor: " + tensor + ", pipeline: " + pipeline + "}")
            .replace(", rampUp: {start: 192, increment: 16, samples: 9_765_625}", "")
            .replace("micro: 2, global: 2048", "micro: " + micro + ", global: " + 64 * step);
    RunSpec canary = canary(text);
    assertThat(canary.parallelism().tensor()).isEqualTo(tensor);
    assertThat(canary.resources().nodes()).isEqualTo(smallNodes);
    assertThat(canary.parallelism().pipeline()).isEqualTo(smallPipeline);
    assertThat(canary.model().layers()).isEqualTo(smallLayers);
    assertThat(canary.batch().global()).isEqualTo(smallBatch);
  }

  @Test
  void aShortRunWithALongNameStaysShortAndItsNameAllowed() {
    String text =
        BLOOM
            .replace("name: tr11-176b-ml", "name: " + "a".repeat(48))
            .replace("timeLimit: 100h", "timeLimit: 4m30s")
            .replace("exitDuration: 5990m", "exitDuration: 4m");
    RunSpec canary = canary(text);
    assertThat(canary.name().value()).hasSize(48).endsWith("a-canary");
    assertThat(canary.resources().timeLimit()).isEqualTo(Duration.ofSeconds(270));
    assertThat(canary.launcher().exitDuration()).contains(Duration.ofMinutes(1));
  }

  @Test
  void aBadSpecHasNoRehearsalButItsProblems() {
    Bound<String> bound =
        SpecBinder.canary(
            "run.yaml",
            BLOOM.replace("nodes: 48", "nodes: many").getBytes(StandardCharsets.UTF_8),
            SpecTexts.CONTEXT);
    assertThat(bound.problemList())
        .extracting(SpecProblem::path)
        .containsExactly("spec.resources.nodes");
  }
}
