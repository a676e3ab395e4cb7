package org.bloomery.core.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: a run may change while it goes on, but never so that its checkpoint does not load. */
class RevisionsTest {
  /** What BLOOM's job script went through, as far as its history tells it by iteration. */
  private static final String BLOOM_REVISIONS =
      """
        revisions:
          - fromIteration: 7573
            reason: two samples at once, now that the batch has grown to 784
            set: {batch: {micro: 2}, checkpoint: {everyIterations: 200}}
          - fromIteration: 12695
            reason: losing three hours at most
            set: {checkpoint: {everyIterations: 100}}
          - fromIteration: 51000
            reason: validation hung three times
            set:
              data: {validationWorkers: 0}
              launcher: {environment: {NCCL_ASYNC_ERROR_HANDLING: "1"}}
          - fromIteration: 94767
            reason: the reserved nodes end
            universalCheckpoint: true
            set:
              resources: {nodes: 24, slurmReservation: hug2, timeLimit: 20h}
              launcher: {exitDuration: 1190m}
      """;

  private static String bloom() {
    return SpecTexts.resource("bloom-176b.yaml")
            .replace("micro: 2", "micro: 1")
            .replace("everyIterations: 100,", "everyIterations: 250,")
            .replace(
                "exitDuration: 5990m}",
                "exitDuration: 5990m, environment: {HF_HUB_OFFLINE: \"1\"}}")
        + BLOOM_REVISIONS;
  }

  @Test
  void eachRevisionIsTheSpecBeforeItWithSomeFieldsSet() {
    RunSpec run = SpecTexts.value(bloom());
    assertThat(run.revisions())
        .extracting(Revision::fromIteration)
        .containsExactly(7573L, 12695L, 51000L, 94767L);
    assertThat(run.at(0)).isSameAs(run);
    assertThat(run.at(7572).batch().micro()).isEqualTo(1);
    assertThat(run.at(7573).batch().micro()).isEqualTo(2);
    assertThat(run.at(7573).batch().global()).as("not said again").isEqualTo(2048);
    assertThat(run.at(12694).checkpoint().everyIterations()).isEqualTo(200);
    RunSpec last = run.at(94767);
    assertThat(last.batch().micro()).as("set two revisions before").isEqualTo(2);
    assertThat(last.checkpoint().everyIterations()).isEqualTo(100);
    assertThat(last.resources().timeLimit()).isEqualTo(Duration.ofHours(20));
    assertThat(last.launcher().environment().keySet())
        .containsExactly("HF_HUB_OFFLINE", "NCCL_ASYNC_ERROR_HANDLING");
    assertThat(last.revisions()).isEmpty();
    assertThat(List.of(run.dataParallel(), last.dataParallel())).containsExactly(8, 4);
    assertThat(run.revisionAt(94766)).isEqualTo(3);
    assertThat(run.revisionAt(1_000_000)).isEqualTo(4);
  }

  @Test
  void theUniversalCheckpointIsLoadedOnlyWhereTheReplicasChange() {
    RunSpec run = SpecTexts.value(bloom());
    assertThat(run.loadsUniversal(3, 4)).isTrue();
    assertThat(run.loadsUniversal(1, 4)).as("an older checkpoint, converted too").isTrue();
    assertThat(run.loadsUniversal(4, 4)).as("after the first save").isFalse();
    assertThat(run.loadsUniversal(2, 3)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "batch: {micro: 2} | model: {layers: 6} | REVISION | model.layers",
        "batch: {micro: 2} | model: {hiddenSize: 320} | REVISION | model.hiddenSize",
        "batch: {micro: 2} | model: {attentionHeads: 4} | REVISION | model.attentionHeads",
        "batch: {micro: 2} | model: {sequenceLength: 128} | REVISION | model.sequenceLength",
        "batch: {micro: 2} | model: {vocabularySize: 512} | REVISION | model.vocabularySize",
        "batch: {micro: 2} | parallelism: {tensor: 2} | REVISION | parallelism.tensor",
        "batch: {micro: 2} | parallelism: {pipeline: 2} | REVISION | parallelism.pipeline",
        "batch: {micro: 2} | parallelism: {syncDuplicated: true} | - | -",
        "batch: {micro: 2} | training: {precision: fp32} | REVISION | training.precision",
        "batch: {micro: 2} | training: {seed: 43} | - | -",
        "batch: {micro: 2} | training: {learningRate: {peak: 2e-3}} | REVISION |"
            + " training.learningRate.peak",
        "batch: {micro: 2} | training: {learningRate: {peak: 2e-3, override: true}} | - | -",
        "batch: {micro: 2} | checkpoint: {directory: /other} | REVISION | checkpoint.directory",
        "batch: {micro: 2} | budget: {gpuHours: 3} | REVISION | budget.gpuHours",
        "batch: {micro: 2} | data: {tokenizer: {name: gpt3}} | REVISION | data.tokenizer.name",
        "batch: {micro: 2} | resources: {gpusPerNode: 1} | UNIVERSAL_CHECKPOINT |"
            + " resources.gpusPerNode",
        "batch: {micro: 2} | resources: {nodes: 2, gpusPerNode: 1} | - | -",
        "batch: {micro: 2} | batch: {micro: 3} | - | -",
        "batch: {micro: 2} | batch: {mikro: 3} | UNKNOWN_KEY | batch.mikro",
        "batch: {micro: 2} | batch: {micro: x} | NOT_A_NUMBER | batch.micro",
        "batch: {micro: 2} | batches: {micro: 2} | UNKNOWN_KEY | batches",
        "batch: {micro: 2} | revisions: [] | UNKNOWN_KEY | revisions",
      })
  void whatTheNextAttemptCouldNotLoadIsRefused(String good, String bad, String code, String path) {
    String text = SpecTexts.small();
    assertThat(text).contains(good);
    String changed = text.replace(good, bad);
    List<SpecProblem> found =
        SpecTexts.problems(changed).stream()
            .filter(p -> p.code() != SpecCode.BATCH_DOES_NOT_DIVIDE)
            .toList();
    if (code.equals("-")) {
      assertThat(found).isEmpty();
      return;
    }
    assertThat(found)
        .anySatisfy(
            problem -> {
              assertThat(problem.code()).isEqualTo(SpecCode.valueOf(code));
              assertThat(problem.path()).isEqualTo("spec.revisions[0].set." + path);
              String line = changed.lines().toList().get(problem.line() - 1);
              assertThat(line).contains("set: {");
            });
  }

  /** A rule between a field of the spec and one of the revision is judged where it is broken. */
  @Test
  void aRuleThatOnlyTheRevisionBreaksSaysFromWhenOn() {
    String text =
        SpecTexts.small()
            .replace(
                "set: {batch: {micro: 2}}",
                "universalCheckpoint: true\n      set: {resources: {gpusPerNode: 3}}")
            .replace("      universalCheckpoint: false\n", "");
    assertThat(SpecTexts.problems(text))
        .extracting(SpecProblem::text)
        .contains(
            "run.yaml:35:29 SPEC-036 spec.batch.global: from iteration 100 on, the global batch of"
                + " 16 does not divide over 3 replicas with micro-batches of 4. Choose a multiple"
                + " of 12.");
  }

  @Test
  void aMistakeOfTheSpecIsNotSaidAgainForEachRevision() {
    String text =
        SpecTexts.small().replace("layers: 4", "layers: four").replace("first: 5s", "first: 1h");
    assertThat(SpecTexts.problems(text))
        .extracting(SpecProblem::code)
        .containsExactly(SpecCode.NOT_A_NUMBER, SpecCode.BACKOFF);
  }

  @Test
  void revisionsComeInOrderAndAUniversalCheckpointOnlyWhereItIsNeeded() {
    String second =
        """
            - fromIteration: 100
              reason: again
              universalCheckpoint: true
              set: {training: {seed: 1}}
        """;
    assertThat(SpecTexts.problems(SpecTexts.small() + second))
        .extracting(p -> p.code() + " " + p.path())
        .containsExactly(
            "REVISION_ORDER spec.revisions[1].fromIteration",
            "UNIVERSAL_CHECKPOINT spec.revisions[1].universalCheckpoint");
  }
}
