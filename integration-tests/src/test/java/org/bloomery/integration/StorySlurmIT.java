package org.bloomery.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.bloomery.controlplane.api.DescriptionView;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.RunId;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.run.RunEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Goal: BLOOM-176B trains to its end on a real SLURM that ends its jobs and loses one of its nodes,
 * and nobody has to do anything about it. Method: the spec that we ship, under a real control plane
 * on a cluster of 416 GPUs, with the stand-in for Megatron-DeepSpeed on each of 48 nodes, which
 * takes a few minutes for the months.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class StorySlurmIT {
  private static final RunId RUN = new RunId("tr11-176b-ml");
  private static final int NODES = 48;
  private static final int SPARES = 4;
  private static final int DEVICES = NODES * 8;
  private static final long ITERATIONS = 115_311;
  private static final Duration END_MAX = Duration.ofMinutes(12);

  /** Not the first of the job's nodes: there the job's script lives on, and sees the others go. */
  private static final String LOST = "node17";

  /** All that differs from what we ship for Jean Zay, besides {@link #TIMINGS}. */
  private static final String OVERLAY =
      """
      apiVersion: bloomery/v1
      kind: TrainingRun
      include: [../bloom/176b.yaml]
      metadata: {account: six-in-a-container}
      spec:
        cluster: jean-zay-in-a-container
        resources: {timeLimit: 2m}
        launcher: {preflight: {commands: [test -c /run/slurm/gpu/nvidia7]}}
      """;

  /** One machine has one view of its files, and nobody else waits for its slurmctld. */
  private static final String TIMINGS =
      """
        timings:
          sealScanDistance: 2s
          pollInterval: 2s
          pollFloor: 1s
          quietPeriod: 30s
          goWait: 2m
          killWait: 60s
          nodeFailGrace: 5s
      """;

  @Test
  void aTrainingOutlivesItsTimeLimitAndTheLossOfANode() throws Exception {
    long start = System.nanoTime();
    SlurmSettings settings = SlurmSettings.ofNodes(NODES + SPARES).withSpares(SPARES);
    try (SlurmContainer cluster = SlurmContainer.start(settings)) {
      Path home = cluster.directory().resolve("home");
      writeProfile(home);
      String spec = writeSpec(cluster.directory().resolve("specs")).toString();
      Program bloomery = Program.on(home, cluster.login());
      try (ControlPlaneProcess server = ControlPlaneProcess.start(bloomery)) {
        cluster.setPace(Duration.ofSeconds(2), 1000);
        bloomery.run("submit", spec);
        await(server, run -> run.checkpoints().stream().anyMatch(c -> c.attempt() == 2));
        cluster.setPace(Duration.ofMillis(200), 5000);
        cluster.crashNode(LOST);
        await(server, run -> ControlPlaneProcess.phasesWithoutJob().contains(run.phase()));

        String told = bloomery.run("events", RUN.value());
        System.out.println(told);
        RunStory story = RunStory.of(bloomery.run("events", RUN.value(), "-o", "json"));
        assertThat(told)
            .contains("attempt 1 ended: time limit", "attempt 2 ended: node failure")
            .contains("without " + LOST, "attempt 3 ended: completed");
        checkStory(story);
        checkScripts(home);
        story.assertBilledAsAccounted(cluster, DEVICES);
        assertThat(bloomery.run("describe", RUN.value(), "-o", "json"))
            .contains("\"phase\" : \"succeeded\"", "\"iteration\" : " + ITERATIONS);
      }
    }
    System.out.printf(
        "StorySlurmIT: %d wall seconds%n",
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
  }

  /** The site as we ship it, under another name, and in less need of patience. */
  private static void writeProfile(Path home) throws IOException {
    String shipped = Files.readString(shipped("clusters").resolve("jean-zay-a100.yaml"));
    int timings = shipped.indexOf("  timings:\n");
    assertThat(timings).isPositive();
    Files.writeString(
        Files.createDirectories(home.resolve("clusters")).resolve("container.yaml"),
        shipped
                .substring(0, timings)
                .replace("name: jean-zay-a100}", "name: jean-zay-in-a-container}")
            + TIMINGS,
        UTF_8);
  }

  /** The overlay beside the specs that we ship. */
  private static Path writeSpec(Path directory) throws IOException {
    Path bloom = shipped("bloom");
    try (Stream<Path> files = Files.walk(bloom)) {
      for (Path file : files.toList()) {
        Path copy = directory.resolve("bloom").resolve(bloom.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
    Path overlay = Files.createDirectory(directory.resolve("mine")).resolve("176b.yaml");
    return Files.writeString(overlay, OVERLAY, UTF_8);
  }

  private static Path shipped(String folder) {
    return NanoTraining.trainer().resolveSibling(folder);
  }

  private static void await(ControlPlaneProcess server, Predicate<DescriptionView> expected)
      throws InterruptedException {
    long end = System.nanoTime() + END_MAX.toNanos();
    DescriptionView now;
    do {
      TimeUnit.MILLISECONDS.sleep(500);
      now = server.api().describe(RUN);
      assertThat(System.nanoTime()).as("stuck: %s", now).isLessThan(end);
      assertThat(now.phase()).as("%s", now).isNotEqualTo("held");
    } while (!expected.test(now));
  }

  private static void checkStory(RunStory story) {
    assertThat(story.causes())
        .containsExactly(EndCause.TIME_LIMIT, EndCause.NODE_FAILURE, EndCause.COMPLETED);
    assertThat(story.ends().get(1).badNodes()).containsExactly(LOST);
    assertThat(story.ends().get(2).lastIteration()).hasValue(ITERATIONS);
    story.assertGoesOn();
    List<RunEvent.AttemptPlanned> planned = story.all(RunEvent.AttemptPlanned.class);
    assertThat(planned)
        .extracting(RunEvent.AttemptPlanned::excludedNodes)
        .containsExactly(List.of(), List.of(), List.of(LOST));
    assertThat(planned.subList(1, 3))
        .as("each goes on where the one before it has saved")
        .extracting(attempt -> attempt.resumeFrom().orElseThrow().attempt())
        .containsExactly(1, 2);
    List<RunEvent.JobStarted> started = story.all(RunEvent.JobStarted.class);
    assertThat(started)
        .hasSize(3)
        .allSatisfy(job -> assertThat(job.nodes()).hasSize(NODES).doesNotHaveDuplicates());
    assertThat(started.get(1).nodes()).contains(LOST);
    assertThat(started.get(2).nodes()).doesNotContain(LOST);
  }

  /** What ran is what we render for Jean Zay, which the golden files show, but for the overlay. */
  private static void checkScripts(Path home) throws IOException {
    Path golden = shipped("..").resolve("slurm-templates").resolve("golden").resolve("bloom-176b");
    Path attempt = Path.of(AttemptDirectory.of(home.resolve("runs").toString(), RUN, 1));
    List<String> differing = new ArrayList<>();
    for (String file : List.of("job.sh", "body.sh", "ds_config.json", "train-splits.txt")) {
      List<String> published =
          Files.readString(golden.resolve(file))
              .replace("/gpfswork/rech/six/commun/bloomery", home.toString())
              .lines()
              .toList();
      try (Stream<String> lines = Files.lines(attempt.resolve(file))) {
        lines.filter(line -> !published.contains(line)).forEach(differing::add);
      }
    }
    assertThat(differing)
        .hasSize(6)
        .satisfiesExactly(
            line -> assertThat(line).matches("#SBATCH --job-name=tr11-176b-ml-[0-9a-f]{6}"),
            line -> assertThat(line).isEqualTo("#SBATCH --time=0:02:00"),
            line -> assertThat(line).isEqualTo("#SBATCH --signal=B:USR1@12"),
            line -> assertThat(line).isEqualTo("readonly time_limit_seconds=120"),
            line -> assertThat(line).isEqualTo("readonly pre_timeout_seconds=12"),
            line -> assertThat(line.strip()).startsWith("'test -c /run/slurm/gpu/nvidia7'"));
  }
}
