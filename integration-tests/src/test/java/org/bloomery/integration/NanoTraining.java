package org.bloomery.integration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Bloom-nano's real trainer on a model and a text so small that an iteration takes no time. */
final class NanoTraining {
  /** What one line of a split file needs: documents, so that 95 % of them are not none. */
  private static final int DOCUMENTS = 40;

  private NanoTraining() {}

  /** The repository's own folder with the trainer. */
  static Path trainer() {
    Path folder = Path.of("").toAbsolutePath().resolveSibling("job-specs").resolve("bloom-nano");
    if (!Files.isDirectory(folder)) {
      throw new IllegalStateException("run the tests from the folder of their module: " + folder);
    }
    return folder;
  }

  /** Writes a text in the place of the corpus. */
  static void writeCorpus(Path home) throws IOException {
    Path data = Files.createDirectories(home.resolve("data").resolve("bloom-nano"));
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < DOCUMENTS; i++) {
      documents.add("Document " + i + ": all human beings are born free and equal, " + i * i + ".");
    }
    Files.writeString(
        data.resolve("en.txt"), String.join("\n\f\n", documents) + "\n", StandardCharsets.UTF_8);
  }

  /**
   * A spec for it.
   *
   * @param extra further words for the trainer, comma-separated
   */
  static String spec(String name, int iterations, int saveEvery, String extra) {
    return String.format(
        Locale.ROOT,
        """
        apiVersion: bloomery/v1
        kind: TrainingRun
        metadata: {name: %s, account: local}
        spec:
          cluster: local
          resources: {nodes: 1, gpusPerNode: 2, timeLimit: 20m}
          model: {family: bloom, layers: 2, hiddenSize: 32, attentionHeads: 2, sequenceLength: 32,
            vocabularySize: 384, positionEmbedding: alibi, embeddingLayerNorm: true, initStd: 0.02}
          parallelism: {tensor: 1, pipeline: 1}
          batch: {micro: 2, global: 4}
          training:
            samples: %d
            precision: bf16
            seed: 42
            optimizer: {kind: adam, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1,
              clipGradient: 1.0}
            learningRate: {peak: 1e-3, minimum: 1e-4, decay: cosine, decaySamples: %d,
              warmupSamples: 40}
            evaluation: {everyIterations: 100000, iterations: 1}
            logEveryIterations: 1
          data:
            tokenizer: {type: ByteLevel}
            mixture:
              - {name: en, weight: 1.0, path: "${BLOOMERY_HOME}/data/bloom-nano/en.txt",
                 languages: [en]}
            split: {train: 0.95}
          checkpoint: {directory: "${BLOOMERY_HOME}/checkpoints", everyIterations: %d,
            keep: {last: 5}}
          launcher:
            kind: megatron-deepspeed
            python: /usr/bin/python3
            script: "${SPEC_DIR}/pretrain_bloom_nano.py"
            environment: {GLOO_SOCKET_IFNAME: lo, OMP_NUM_THREADS: "1"}
            exitDuration: 15m
            extraArguments: [%s]
          restart: {maximumFailures: 5, backoff: {first: 1s, maximum: 5s}}
          budget: {gpuHours: 50, onExhausted: save-and-stop}
        """,
        name,
        iterations * 4,
        iterations * 4,
        saveEvery,
        extra);
  }

  /** The process ids of one rank of a run, in all attempts; more than one would be a disaster. */
  static List<Long> rank(Path home, String run, int rank) throws IOException {
    String attempts = "BLOOMERY_ATTEMPT_DIRECTORY=" + home + "/runs/" + run + "/attempts/";
    List<Long> found = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        List<String> environment = environment(process);
        boolean ours = environment.stream().anyMatch(e -> e.startsWith(attempts));
        if (ours && environment.contains("RANK=" + rank)) {
          found.add(Long.parseLong(process.getFileName().toString()));
        }
      }
    }
    return found;
  }

  private static List<String> environment(Path process) {
    try {
      return List.of(
          Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1).split("\0"));
    } catch (IOException e) {
      return List.of();
    }
  }
}
