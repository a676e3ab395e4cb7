package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bloomery.controlplane.api.DescriptionView;
import org.bloomery.controlplane.config.Home;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.RunId;

/** A control plane on a test cluster, with small trainings of the stand-in under it. */
final class ClusterControl implements AutoCloseable {
  private static final Duration AWAIT_MAX = Duration.ofMinutes(4);

  private final Path specs;
  private final Program program;
  private final ControlPlaneProcess server;

  private ClusterControl(Path directory, Program program) throws Exception {
    this.specs = Files.createDirectory(directory.resolve("specs"));
    this.program = program;
    this.server = ControlPlaneProcess.start(program);
  }

  /**
   * One with a home of its own.
   *
   * @param programs directories of programs that it is to find before the cluster's
   */
  static ClusterControl start(SlurmContainer cluster, Path... programs) throws Exception {
    Path directory = Files.createTempDirectory(cluster.directory(), "control-");
    List<Path> path = new ArrayList<>(List.of(programs));
    path.add(cluster.login().bin());
    Path home = directory.resolve("home");
    return new ClusterControl(directory, new Program(home, cluster.login().onLoginNode(), path));
  }

  /**
   * One that reaches the cluster over ssh only: SLURM's programs are not in its PATH.
   *
   * @param ssh directory of the {@code ssh} that knows the host {@code cluster}
   */
  static ClusterControl overSsh(SlurmContainer cluster, Path ssh) throws Exception {
    Path directory = Files.createTempDirectory(cluster.directory(), "control-");
    Path home = directory.resolve("home");
    Path profiles = Files.createDirectories(home.resolve("clusters"));
    String shipped =
        Files.readString(Path.of("../job-specs/clusters/test-cluster.yaml").toAbsolutePath());
    Files.writeString(
        profiles.resolve("test-cluster.yaml"),
        shipped.replace(
            "resourceManager: slurm",
            "resourceManager: slurm\n  transport: {ssh: {host: cluster, controlPersist: 1m}}"));
    return new ClusterControl(
        directory, new Program(home, cluster.login().onLoginNode(), List.of(ssh)));
  }

  /** A training on one node, of about ten iterations a second unless the cluster is told else. */
  void submit(String run, int iterations) throws Exception {
    String text =
        NanoTraining.spec(run, iterations, 10, "")
            .replace("account: local", "account: six@a100")
            .replace("cluster: local", "cluster: test-cluster")
            .replaceFirst("(?m)^ *python: .*\\n", "");
    Path spec = specs.resolve(run + ".yaml");
    Files.writeString(spec, text);
    verb("submit", spec.toString());
  }

  /** Runs a verb that must succeed. */
  String verb(String... words) throws IOException, InterruptedException {
    return program.run(words);
  }

  /** Under which name SLURM knows the jobs of a run. */
  String jobName(String run) throws Exception {
    return Home.idOf(program.home()).orElseThrow().jobName(new RunId(run));
  }

  /** Where an attempt's scripts and log are. */
  Path attempt(String run, int number) {
    return Path.of(
        AttemptDirectory.of(program.home().resolve("runs").toString(), new RunId(run), number));
  }

  /** What is waited for; looking for it may do something. */
  interface Expectation {
    boolean isMet(DescriptionView run) throws Exception;
  }

  /** What is known of a run, once it is as expected. */
  DescriptionView await(String run, Expectation expected) throws Exception {
    long end = System.nanoTime() + AWAIT_MAX.toNanos();
    DescriptionView now = server.api().describe(new RunId(run));
    while (!expected.isMet(now)) {
      assertThat(System.nanoTime()).as("stuck: %s", now).isLessThan(end);
      assertThat(ControlPlaneProcess.phasesWithoutJob()).as("%s", now).doesNotContain(now.phase());
      TimeUnit.MILLISECONDS.sleep(200);
      now = server.api().describe(new RunId(run));
    }
    return now;
  }

  DescriptionView awaitPhase(String run, String phase) throws Exception {
    return await(run, now -> now.phase().equals(phase));
  }

  /** Waits until a run has logged so many iterations in its newest attempt. */
  DescriptionView awaitIteration(String run, long iteration) throws Exception {
    return await(run, now -> now.iteration().orElse(0) >= iteration);
  }

  /** Waits until a run's explanation has these words. */
  void awaitExplanation(String run, String words) throws Exception {
    long end = System.nanoTime() + AWAIT_MAX.toNanos();
    String explanation = verb("explain", run);
    while (!explanation.contains(words)) {
      assertThat(System.nanoTime()).as("stuck: %s", explanation).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(200);
      explanation = verb("explain", run);
    }
  }

  /** What has become of a run so far. */
  RunStory story(String run) throws Exception {
    return RunStory.of(verb("events", run, "-o", "json"));
  }

  @Override
  public void close() {
    server.close();
  }
}
