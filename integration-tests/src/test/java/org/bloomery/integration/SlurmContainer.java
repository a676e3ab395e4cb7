package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.ExecConfig;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * A real SLURM 22.05 in one container, with all its daemons and as many nodes as a test asks for;
 * src/test/docker/slurm has the image, {@code ./verify} and scripts/with-containers make it.
 *
 * <p>Its file system meets ours in {@link #directory}, which has the same path on both sides, and
 * its user is the one who runs the tests, so that files mean the same on both sides: control planes
 * run here, jobs run there. {@link #login} has SLURM's programs for whoever is here.
 *
 * <p>Account {@code six@a100}, partition {@code gpu_p5}, feature {@code a100}, QoS {@code
 * qos_gpu-t3}, {@code qos_gpu-dev}, {@code qos_gpu-gc} and reservation {@code hug} are those that
 * BLOOM had. User {@code grace} has the same account, {@code linus} none.
 */
final class SlurmContainer implements AutoCloseable {
  /** A daemon that can be stopped, killed, frozen and started. */
  enum Daemon {
    MARIADBD,
    SLURMDBD,
    SLURMCTLD;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What a program in the cluster did. */
  record Ran(int exitCode, String output, String errors) {}

  private static final Duration START_MAX = Duration.ofMinutes(3);
  private static final Duration AWAIT_MAX = Duration.ofMinutes(3);

  private static SlurmContainer shared;

  private final GenericContainer<?> container;
  private final Path directory;
  private final String user;
  private final SlurmLogin login;

  private SlurmContainer(GenericContainer<?> container, Path directory, String user) {
    this.container = container;
    this.directory = directory;
    this.user = user;
    this.login = new SlurmLogin(directory, user, container::getContainerId);
  }

  /** Starts one and waits until all its nodes are idle. */
  static SlurmContainer start(SlurmSettings settings) throws Exception {
    Path temporary = Path.of(System.getenv().getOrDefault("TMPDIR", "/tmp"));
    Path directory = Files.createTempDirectory(temporary, "bloomery-slurm-");
    // The other users of the cluster may look.
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path scratch = Files.createDirectory(directory.resolve(SlurmLogin.SCRATCH));
    String user = System.getProperty("user.name");
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(image()))
            .withImagePullPolicy(image -> false)
            .withLabel(
                "org.bloomery.verify", System.getenv().getOrDefault("BLOOMERY_VERIFY", "none"))
            .withNetworkMode("none")
            .withCreateContainerCmdModifier(
                command -> {
                  command.withHostName("cluster");
                  command
                      .getHostConfig()
                      .withCapAdd(Capability.NET_ADMIN)
                      .withBinds(
                          new Bind(directory.toString(), new Volume(directory.toString())),
                          new Bind(scratch.toString(), new Volume("/" + SlurmLogin.SCRATCH)));
                })
            .withTmpFs(Map.of("/mnt/full", "size=64k,mode=1777"))
            .withEnv(settings.environment())
            .withEnv("USER_NAME", user)
            .withEnv("USER_ID", Files.getAttribute(directory, "unix:uid").toString())
            .waitingFor(Wait.forLogMessage("cluster: ready.*\\n", 1).withStartupTimeout(START_MAX));
    SlurmContainer cluster = new SlurmContainer(container, directory, user);
    try {
      container.start();
      cluster.login.write(
          cluster.run("sh", "-c", "cat ~/.ssh/id_ed25519"),
          cluster.run("cat", "/etc/ssh/ssh_host_ed25519_key.pub"));
    } catch (Exception e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  /** Four nodes for all test classes of this JVM, which heal it after themselves. */
  static synchronized SlurmContainer shared() throws Exception {
    if (shared == null) {
      SlurmContainer started = start(SlurmSettings.ofNodes(4));
      Runtime.getRuntime().addShutdownHook(new Thread(started::close));
      shared = started;
    }
    return shared;
  }

  private static String image() {
    return Optional.ofNullable(System.getenv("BLOOMERY_SLURM_IMAGE"))
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "no image of a SLURM cluster: run these tests by ./verify slurm, or by"
                        + " scripts/with-containers mvn ..."));
  }

  /** The directory that both sides see under this path. */
  Path directory() {
    return directory;
  }

  /** What is {@code /gpfsscratch} in the cluster, and behind {@link SlurmLogin#onLoginNode}. */
  Path scratch() {
    return directory.resolve(SlurmLogin.SCRATCH);
  }

  /** Who submits: whoever runs the tests. */
  String user() {
    return user;
  }

  /** How others come to the cluster: by its programs on their PATH, or by ssh. */
  SlurmLogin login() {
    return login;
  }

  /** Runs a program as the tests' user, in the shared directory. */
  Ran exec(String... command) throws Exception {
    return execAs(user, command);
  }

  /** Runs a program as somebody. */
  Ran execAs(String who, String... command) throws Exception {
    ExecResult result =
        container.execInContainer(
            ExecConfig.builder().user(who).workDir(directory.toString()).command(command).build());
    return new Ran(result.getExitCode(), result.getStdout(), result.getStderr());
  }

  /** Runs a program that must succeed, and gives its output without blanks around it. */
  String run(String... command) throws Exception {
    Ran ran = exec(command);
    assertThat(ran.exitCode()).as("%s: %s", List.of(command), ran).isZero();
    return ran.output().strip();
  }

  /** The clock of the cluster, which is ours. */
  long epoch() throws Exception {
    return Long.parseLong(run("date", "+%s"));
  }

  /** Submits a job of one command on some nodes and gives its id. */
  String submit(int nodes, String command, String... options) throws Exception {
    List<String> words =
        new ArrayList<>(
            List.of(
                "sbatch",
                "--parsable",
                "--account=six@a100",
                "--constraint=a100",
                "--nodes=" + nodes,
                "--ntasks-per-node=1",
                "--gres=gpu:8"));
    words.addAll(List.of(options));
    words.add("--wrap=" + command);
    return run(words.toArray(String[]::new));
  }

  /** Asks again and again until the answer is the expected one. */
  String await(Predicate<String> expected, String... command) throws Exception {
    long end = System.nanoTime() + AWAIT_MAX.toNanos();
    while (true) {
      Ran ran = exec(command);
      if (expected.test(ran.output().strip())) {
        return ran.output().strip();
      }
      assertThat(System.nanoTime()).as("%s: %s", List.of(command), ran).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  /** Waits until the queue shows a job in a state. */
  void awaitState(String job, String state) throws Exception {
    await(state::equals, "squeue", "--noheader", "--states=all", "--format=%T", "--jobs=" + job);
  }

  /**
   * Waits until the accounting has the end of a job's last incarnation, and gives its fields, times
   * in seconds since 1970. A row without a partition is a stub: state, times and devices may be
   * true, its nodes are not yet.
   */
  List<String> awaitAccounted(String job, String fields) throws Exception {
    String row =
        await(
            found -> found.matches("[0-9].*\\|gpu_p5\\|.*"),
            "env",
            "SLURM_TIME_FORMAT=%s",
            "sacct",
            "--allocations",
            "--noheader",
            "--parsable2",
            "--jobs=" + job,
            "--format=End,Partition," + fields);
    List<String> values = List.of(row.split("\\|", -1));
    return values.subList(2, values.size());
  }

  /** As an administrator would, by SIGTERM; returns when it is gone. */
  void stop(Daemon daemon) throws Exception {
    administer("stop", daemon.word());
  }

  /** As a fault would, by SIGKILL; returns when it is gone. */
  void kill(Daemon daemon) throws Exception {
    administer("kill", daemon.word());
  }

  /** It takes connections and answers none. */
  void freeze(Daemon daemon) throws Exception {
    administer("freeze", daemon.word());
  }

  void thaw(Daemon daemon) throws Exception {
    administer("thaw", daemon.word());
  }

  /** Returns when it answers. */
  void start(Daemon daemon) throws Exception {
    administer("start", daemon.word());
  }

  /**
   * Waits until slurmctld has written down what it knows of a job now: killed before, it would not
   * know that the job runs. Changes the job's comment.
   */
  void awaitSaved(String job) throws Exception {
    administer("save", job);
  }

  /** Kills only a node's daemon: what its jobs started there lives on. */
  void killNodeDaemon(String node) throws Exception {
    administer("kill", "slurmd", node);
  }

  /** The node loses its power: its daemon and everything of its jobs are gone at once. */
  void crashNode(String node) throws Exception {
    administer("crash", node);
  }

  /** Starts a node's daemon. */
  void bootNode(String node) throws Exception {
    administer("start", "slurmd", node);
  }

  /** Declares a node down, which ends its jobs within a second. */
  void declareDown(String node) throws Exception {
    asRoot("scontrol", "update", "nodename=" + node, "state=down", "reason=test");
  }

  /** Does what only an administrator may. */
  void administrate(String... command) throws Exception {
    asRoot(command);
  }

  /** An administrator lets a job go that SLURM holds, and gives out unfit nodes again. */
  void returnToService(String job) throws Exception {
    execAs("root", "scontrol", "release", job);
    execAs("root", "sh", "-c", "scontrol update state=resume nodename=$(sinfo -h -t drain -o %N)");
  }

  /** Stops everything in the container between two instructions. */
  void pause() {
    container.getDockerClient().pauseContainerCmd(container.getContainerId()).exec();
  }

  void resume() {
    container.getDockerClient().unpauseContainerCmd(container.getContainerId()).exec();
  }

  /** How long the stand-in's trainings take for an iteration, from their next start on. */
  void setStepTime(Duration step) throws Exception {
    setPace(step, 1);
  }

  /**
   * The same, for trainings that go on by many iterations at once, from one multiple of this number
   * to the next.
   */
  void setPace(Duration step, int iterations) throws Exception {
    writeForTrainer(
        "settings",
        String.format(
            Locale.ROOT,
            "{\"stepSeconds\": %.3f, \"iterationsPerStep\": %d}",
            step.toMillis() / 1000.0,
            iterations));
  }

  /**
   * The stand-in's next training on a node fails at an iteration, or as soon as it is past it.
   *
   * @param words as a rank's last words, without quotes: {@code RuntimeError: CUDA error: ...}
   */
  void failTraining(String node, long iteration, String words) throws Exception {
    writeForTrainer(node, "{\"iteration\": " + iteration + ", \"says\": \"" + words + "\"}");
  }

  /** The same, but it only stops going on. */
  void hangTraining(String node, long iteration) throws Exception {
    writeForTrainer(node, "{\"iteration\": " + iteration + ", \"hangs\": true}");
  }

  /** Ends every job, repairs every daemon and node, and waits until all nodes are idle. */
  void heal() throws Exception {
    administer("heal");
  }

  @Override
  public void close() {
    container.stop();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void administer(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("cluster.sh"));
    command.addAll(List.of(words));
    asRoot(command.toArray(String[]::new));
  }

  private void asRoot(String... command) throws Exception {
    Ran ran = execAs("root", command);
    assertThat(ran.exitCode()).as("%s: %s", List.of(command), ran).isZero();
  }

  private void writeForTrainer(String name, String json) throws Exception {
    asRoot("sh", "-c", "printf '%s' \"$1\" > \"$0\"", "/run/trainer/" + name + ".json", json);
  }
}
