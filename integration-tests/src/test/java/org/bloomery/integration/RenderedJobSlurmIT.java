package org.bloomery.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bloomery.controlplane.files.CheckpointScanner;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.checkpoint.CheckpointVerifier;
import org.bloomery.core.checkpoint.LatestFile;
import org.bloomery.core.checkpoint.Verdict;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.training.LogRecord;
import org.bloomery.core.training.Progress;
import org.bloomery.core.training.TrainingLogReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Goal: SLURM runs the very job that we render for BLOOM-176B, on 48 of 52 nodes, and the stand-in
 * for Megatron-DeepSpeed does what the product looks for in the real one. Method: the golden files,
 * with nothing changed but the places on Jean Zay, and the product's own readers.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RenderedJobSlurmIT {
  private static final CheckpointLayout BLOOM =
      new CheckpointLayout(70, 4, 12, 8, CheckpointLayout.Shards.BF16);

  private static SlurmContainer cluster;

  private final CheckpointScanner scanner = new CheckpointScanner();

  @BeforeAll
  static void start() throws Exception {
    cluster = SlurmContainer.start(SlurmSettings.ofNodes(52).withSpares(4));
    cluster.setStepTime(Duration.ofMillis(10));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void trainsSavesLeavesOnRequestLoadsAndDies() throws Exception {
    Path first = prepare("bloom-176b", "0001");
    writeGo(first, 1, "none");
    String job = submit(first);
    Path checkpoints = checkpoints("0001");
    cluster.await("global_step100"::equals, "sh", "-c", "cat " + checkpoints + "/latest || true");
    Files.createFile(first.resolve("kill-switch"));

    assertThat(cluster.awaitAccounted(job, "State,ExitCode,NodeList,AllocTRES").subList(0, 3))
        .containsExactly("COMPLETED", "0:0", "node[01-48]");
    assertThat(Files.readString(first.resolve("exit.json")))
        .contains("\"reason\":\"kill-switch\"", "\"jobId\":\"" + job + "\"");
    Progress stopped = read(first);
    assertThat(stopped.leaving()).contains(Progress.Leaving.KILL_SWITCH);
    assertThat(stopped.targetIteration()).hasValue(115_311);
    long saved = stopped.savedIteration().orElseThrow();
    assertThat(stopped.lastIteration()).hasValue(saved);
    assertThat(scanner.latest(checkpoints)).isEqualTo(new LatestFile.Names("global_step" + saved));
    assertComplete(checkpoints, 100);
    assertComplete(checkpoints, saved);

    Path second = prepare("bloom-176b-resumed", "0008");
    writeGo(second, 8, Long.toString(saved));
    Files.createDirectory(second.resolve("load"));
    Files.writeString(second.resolve("load/latest"), "global_step" + saved, UTF_8);
    Files.createSymbolicLink(
        second.resolve("load/global_step" + saved), checkpoints.resolve("global_step" + saved));
    cluster.failTraining("node07", saved + 5, "RuntimeError: CUDA error: unknown error");
    job = submit(second);

    assertThat(cluster.awaitAccounted(job, "State")).containsExactly("FAILED");
    Progress failed = read(second);
    assertThat(failed.loadedFrom()).hasValue(saved);
    assertThat(failed.firstIteration()).hasValue(saved + 1);
    assertThat(failed.lastIteration()).hasValue(saved + 4);
    assertThat(failed.errors().get(0).cause()).isEqualTo(EndCause.GPU_FAULT);
    assertThat(failed.errors()).anyMatch(error -> error.node().equals(Optional.of("node07")));
  }

  /** As the control plane submits: what must not depend on the script's header is said here. */
  private static String submit(Path attempt) throws Exception {
    return cluster.run(
        "sbatch",
        "--parsable",
        "--dependency=singleton",
        "--chdir=" + attempt,
        attempt + "/job.sh");
  }

  /** An attempt's directory as the golden files have it, but in our places. */
  private static Path prepare(String golden, String number) throws IOException {
    Path attempt =
        Files.createDirectories(home().resolve("runs/tr11-176b-ml/attempts").resolve(number));
    Files.createDirectories(checkpoints(number));
    Path templates = NanoTraining.trainer().resolve("../../slurm-templates/golden");
    try (Stream<Path> files = Files.list(templates.resolve(golden))) {
      for (Path file : files.toList()) {
        Files.writeString(
            attempt.resolve(file.getFileName()),
            Files.readString(file, UTF_8)
                .replace("/gpfswork/rech/six/commun/bloomery", home().toString())
                .replace(
                    "/gpfsscratch/rech/six/commun/checkpoints",
                    cluster.directory() + "/checkpoints"),
            UTF_8);
      }
    }
    return attempt;
  }

  private static Path home() {
    return cluster.directory().resolve("home");
  }

  private static Path checkpoints(String number) {
    return cluster.directory().resolve("checkpoints/tr11-176b-ml/attempts").resolve(number);
  }

  /** The word to go names the body, which is another one now. */
  private static void writeGo(Path attempt, int number, String iteration) throws Exception {
    byte[] sum =
        MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(attempt.resolve("body.sh")));
    Files.writeString(
        attempt.resolve("go"),
        "version=1\nattempt=%d\nbodySha256=%s\niteration=%s\n"
            .formatted(number, HexFormat.of().formatHex(sum), iteration),
        UTF_8);
  }

  private void assertComplete(Path checkpoints, long iteration) {
    Path checkpoint = checkpoints.resolve("global_step" + iteration);
    assertThat(CheckpointVerifier.verdict(BLOOM, iteration, scanner.scan(checkpoint)))
        .isInstanceOf(Verdict.Complete.class);
  }

  private static Progress read(Path attempt) throws IOException {
    byte[] log = Files.readAllBytes(attempt.resolve("train.log"));
    TrainingLogReader reader = new TrainingLogReader();
    List<LogRecord> records = new ArrayList<>(reader.feed(log, log.length));
    records.addAll(reader.finish());
    return Progress.NONE.after(records);
  }
}
