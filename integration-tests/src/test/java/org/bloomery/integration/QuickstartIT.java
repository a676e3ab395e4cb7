package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bloomery.controlplane.api.AttemptView;
import org.bloomery.controlplane.api.CheckpointView;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.DescriptionView;
import org.bloomery.controlplane.api.UsageView;
import org.bloomery.core.id.RunId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: what the README promises first is true. Method: the whole quickstart, then a server on the
 * same home, which must know everything that happened.
 */
class QuickstartIT {
  private static final RunId RUN = new RunId("bloom-nano");

  @TempDir private Path directory;

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void trainsBreaksResumesAndBills() throws Exception {
    Path home = directory.resolve("home");
    Path output = directory.resolve("quickstart.out");

    int code = quickstart(home, output);

    String told = Files.readString(output);
    assertThat(code).as(told).isZero();
    assertThat(told)
        .contains("kills rank 1", "a rank was killed", "the training is complete")
        .contains("largest difference of the loss: 0.000000")
        .contains("All human beings are born|", "Tous les êtres humains naissent|");

    try (ControlPlaneProcess server = ControlPlaneProcess.start(home)) {
      ControlPlaneApi api = server.api();
      checkRun(api.describe(RUN));
      checkUsage(api.usage(Optional.of(RUN)));
    }
  }

  private static int quickstart(Path home, Path output) throws Exception {
    Path root = NanoTraining.trainer().getParent().getParent();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-Dbloomery.root=" + root,
            "-cp",
            System.getProperty("java.class.path"),
            "org.bloomery.cli.Main",
            "quickstart");
    builder.environment().put("BLOOMERY_HOME", home.toString());
    builder.redirectErrorStream(true);
    builder.redirectOutput(output.toFile());
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    return builder.start().waitFor();
  }

  private static void checkRun(DescriptionView run) {
    assertThat(run.phase()).isEqualTo("succeeded");
    assertThat(run.iteration()).isEqualTo(run.targetIteration());
    assertThat(run.attempts()).hasSizeGreaterThanOrEqualTo(2);
    AttemptView second = run.attempts().get(1);
    List<Long> sealed =
        run.checkpoints().stream()
            .filter(CheckpointView::sealed)
            .map(CheckpointView::iteration)
            .toList();
    assertThat(sealed).contains(second.firstIteration().orElseThrow() - 1);
  }

  private static void checkUsage(UsageView usage) {
    assertThat(usage.rows()).hasSizeGreaterThanOrEqualTo(2);
    assertThat(usage.rows()).allMatch(row -> row.gpuSeconds() > 0);
    assertThat(usage.lostGpuSeconds()).isPositive();
    assertThat(usage.gpuSeconds())
        .isEqualTo(usage.rows().stream().mapToLong(UsageView.Row::gpuSeconds).sum());
  }
}
