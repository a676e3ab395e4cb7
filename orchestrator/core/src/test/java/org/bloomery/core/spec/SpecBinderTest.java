package org.bloomery.core.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bloomery.core.spec.SpecTexts.problems;
import static org.bloomery.core.spec.SpecTexts.small;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.EndCause;
import org.junit.jupiter.api.Test;

class SpecBinderTest {

  @Test
  void everyFieldOfAGoodSpecArrives() {
    RunSpec run = SpecTexts.value(small());
    assertThat(run.name()).isEqualTo(new RunId("small"));
    assertThat(run.labels()).containsEntry("note", "équipe 3");
    assertThat(run.resources())
        .isEqualTo(
            new Resources(
                1,
                2,
                Optional.of(16),
                true,
                Optional.of(SlurmHint.NO_MULTITHREAD),
                Optional.of("six@v100"),
                Optional.of("gpu_p5"),
                Optional.of("a100"),
                Optional.of("qos_gpu-gc"),
                Optional.of("hug"),
                Duration.ofMinutes(30),
                List.of("iam[34-35]", "iam40"),
                new TreeMap<>(Map.of("mail-user", "ada@example.org", "nice", "100"))));
    assertThat(run.model())
        .isEqualTo(
            new Model(
                ModelFamily.BLOOM,
                4,
                160,
                640,
                8,
                256,
                256,
                384,
                true,
                PositionEmbedding.ALIBI,
                true,
                0.02));
    assertThat(run.batch()).isEqualTo(new Batch(4, 16, Optional.of(new Batch.RampUp(8, 8, 80))));
    assertThat(run.training().learningRate())
        .isEqualTo(
            new Training.LearningRate(1e-3, 1e-4, LearningRateDecay.COSINE, 3200, 160, false));
    assertThat(run.data().mixture().get(0))
        .isEqualTo(
            new TrainingData.MixturePart(
                "fr",
                .25,
                "/home/ada/.bloomery/data/fr.txt",
                List.of("fr"),
                new TrainingData.DocumentRange(0, .9)));
    assertThat(run.data().tokenizer().mergesFile()).contains("/specs/small/merges.txt");
    assertThat(run.checkpoint().keep())
        .isEqualTo(new CheckpointPolicy.Keep(5, Optional.of(100), List.of(40L)));
    assertThat(run.launcher().environment())
        .isEqualTo(
            new TreeMap<>(
                Map.of(
                    "GLOO_SOCKET_IFNAME", "lo",
                    "OMP_NUM_THREADS", "1",
                    "TORCH_CUDA_ARCH_LIST", "7.0 8.0")));
    assertThat(run.launcher().python()).contains("/usr/bin/python3");
    assertThat(run.launcher().exitDuration()).contains(Duration.ofMinutes(25));
    assertThat(run.restart().maximumFor(EndCause.HANG)).isEqualTo(2);
    assertThat(run.restart().maximumFor(EndCause.USER_CODE)).isEqualTo(5);
    assertThat(run.restart().prepareSuccessor()).contains(true);
    assertThat(run.restart().exclude())
        .isEqualTo(new RestartLimits.Exclude(Duration.ofHours(12), 3));
    assertThat(run.budget())
        .isEqualTo(new RunBudget(new GpuSeconds(7200), OnExhausted.SAVE_AND_STOP));
    assertThat(run.dataParallel()).isEqualTo(2);
  }

  @Test
  void theLocalClusterProfileOfTheRepositoryIsGood() {
    ClusterProfile local = SampleClusters.shipped().get("local");
    assertThat(local.runsRoot()).isEqualTo("/home/ada/.bloomery/runs");
    assertThat(local.resourceManager()).isEqualTo(ResourceManagerKind.LOCAL);
    assertThat(local.timings().sealScanDistance()).isEqualTo(Duration.ofSeconds(2));
    assertThat(SpecBinder.bindRun("r", small(), SpecTexts.CONTEXT, List.of(local)).problemList())
        .extracting(problem -> problem.code() + " " + problem.path() + ": " + problem.message())
        .containsExactly(
            "NO_EFFECT spec.resources.partition: local has no scheduler that asks for partition,"
                + " constraint, qos, slurmReservation");
    assertThat(
            SpecBinder.bindRun(
                    "r",
                    small().replace("gpusPerNode: 2", "gpusPerNode: 16"),
                    SpecTexts.CONTEXT,
                    List.of(local))
                .problemList())
        .extracting(SpecProblem::code)
        .contains(SpecCode.NOT_ON_THIS_CLUSTER);
  }

  /** A rule that is new in some version must not end a run that was accepted before. */
  @Test
  void whatWasAcceptedOnceIsReadAgainWithoutJudgingIt() {
    String text =
        small()
            .replace("vocabularySize: 384", "vocabularySize: 385")
            .replace("set: {batch: {micro: 2}}", "set: {model: {layers: 5}}");
    assertThat(problems(text))
        .extracting(SpecProblem::code)
        .containsExactly(SpecCode.VOCABULARY_PADDING, SpecCode.REVISION);
    Bound<RunSpec> bound = SpecBinder.readAgain("run.yaml", text, SpecTexts.CONTEXT);
    assertThat(bound).isInstanceOf(Bound.Value.class);
    assertThat(SpecBinder.readAgain("run.yaml", text + "x: y\n", SpecTexts.CONTEXT).problemList())
        .extracting(SpecProblem::code)
        .containsExactly(SpecCode.UNKNOWN_KEY);
  }

  /** Every run spec that the repository ships binds, against the clusters that it ships. */
  @Test
  void theRunSpecsOfTheRepositoryAreGood() throws IOException {
    Path specs = SpecTexts.repositoryFile("job-specs/clusters/local.yaml").getParent().getParent();
    List<ClusterProfile> clusters = List.copyOf(SampleClusters.shipped().values());
    List<Path> files;
    try (Stream<Path> walk = Files.walk(specs)) {
      files =
          walk.filter(file -> file.toString().endsWith(".yaml"))
              .filter(file -> SpecTexts.read(file).contains("\nkind: TrainingRun\n"))
              .sorted()
              .toList();
    }
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      Path directory = file.getParent();
      BindContext context =
          new BindContext(
              "/home/ada/.bloomery",
              directory.toString(),
              path -> new IncludedFiles.Text(SpecTexts.read(directory.resolve(path))));
      byte[] text = Files.readAllBytes(file);
      // That 176B's quality of service is granted to chosen projects only, and its space purged,
      // are
      // facts, not mistakes.
      assertThat(SpecBinder.bindRun(file.toString(), text, context, clusters).problemList())
          .filteredOn(problem -> problem.severity() == Severity.ERROR)
          .extracting(SpecProblem::text)
          .isEmpty();
    }
  }

  /** Twelve mistakes, three of them in a file that is included, and nothing else. */
  @Test
  void twelvePlantedMistakesAreTwelveProblemsEachAtItsLineAndColumn() {
    String text =
        small()
            .replace("apiVersion", "include: [policy.yaml]\napiVersion")
            .replace("iam40", "iam@0")
            .replace("attentionHeads: 8", "attentionHeads: 7")
            .replace("positionEmbedding: alibi", "positionEmbedding: alibbi")
            .replace("embeddingLayerNorm: true", "embeddingLayerNorm: NO")
            .replace("global: 16, rampUp: {start: 8, increment: 8, samples: 80}", "global: 20")
            .replace("samples: 3_200\n", "samples: 0123\n")
            .replace("weight: .25", "weight: .5")
            .replace("\"/data/code.txt\"", "data/code.txt")
            .replace("exitDuration: 25m", "exitDuration: 90s");
    text = text.substring(0, text.indexOf("  restart:")) + "  budget: {gpuHours: 2}\n";
    String policy =
        """
        spec:
          restart:
            perCause: {hung: 2}
            backoff: {first: 20:00:00}
            prepareSuccessor: often
            exclude: {for: -1h}
          budget: {gpuHour: 3}
        """;
    BindContext context =
        new BindContext("/home/ada/.bloomery", "/specs", path -> new IncludedFiles.Text(policy));
    Map<String, List<String>> lines =
        Map.of("run.yaml", text.lines().toList(), "policy.yaml", policy.lines().toList());
    assertThat(
            SpecBinder.bindRun("run.yaml", text, context).problemList().stream()
                .map(
                    p ->
                        p.file()
                            + " "
                            + p.code().id()
                            + " "
                            + p.path()
                            + " @ "
                            + word(
                                lines.get(p.file()).get(p.line() - 1).substring(p.column() - 1))))
        .containsExactly(
            "run.yaml SPEC-019 spec.resources.exclude[1] @ iam@0]",
            "run.yaml SPEC-030 spec.model.attentionHeads @ 7",
            "run.yaml SPEC-018 spec.model.positionEmbedding @ alibbi",
            "run.yaml SPEC-018 spec.model.embeddingLayerNorm @ NO",
            "run.yaml SPEC-036 spec.batch.global @ 20",
            "run.yaml SPEC-015 spec.training.samples @ 0123",
            "run.yaml SPEC-041 spec.data.mixture[0].weight @ .5",
            "run.yaml SPEC-020 spec.data.mixture[1].path @ data/code.txt",
            "run.yaml SPEC-040 spec.launcher.exitDuration @ 90s",
            "policy.yaml SPEC-018 spec.restart.perCause.hung @ hung:",
            "policy.yaml SPEC-016 spec.restart.backoff.first @ 20:00:00",
            "policy.yaml SPEC-018 spec.restart.prepareSuccessor @ often",
            "policy.yaml SPEC-016 spec.restart.exclude.for @ -1h",
            "policy.yaml SPEC-010 spec.budget.gpuHour @ gpuHour:");
  }

  private static String word(String rest) {
    return rest.split("[ ,}]", 2)[0];
  }

  @Test
  void aProblemIsOneLineThatSaysWhatWhereAndWhatNext() {
    assertThat(problems(small().replace("layers: 4", "Layer: 4")).get(1).text())
        .isEqualTo(
            "run.yaml:23:5 SPEC-010 spec.model.Layer: the field 'Layer' is not known. Did you mean"
                + " 'layers'? Known fields: family, layers, hiddenSize, feedForwardSize,"
                + " attentionHeads, sequenceLength, maximumPositions, vocabularySize,"
                + " padVocabulary, positionEmbedding, embeddingLayerNorm, initStd.");
  }
}
