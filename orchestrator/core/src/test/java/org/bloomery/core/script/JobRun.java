package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.id.Sha256;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.RunSpec;

/**
 * One attempt on this machine: the rendered {@code job.sh}, around a body that a test writes or the
 * one that is rendered for SLURM, started by a real bash in a session of its own.
 */
final class JobRun implements AutoCloseable {
  /** Far above what a busy machine needs: the limit only ends a test that has failed. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String RECORD_TO_LINES =
      """
      import json, sys
      for key, value in json.load(open(sys.argv[1])).items():
          print(key + "=" + json.dumps(value))
      """;

  final Path directory;
  final Path saveDirectory;
  private final Path errors;
  private final int attempt;
  private final List<Process> started = new ArrayList<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private Duration goWait = Duration.ofSeconds(60);
  private Duration killWait = Duration.ofSeconds(60);
  private Duration timeLimit = Duration.ofHours(1);
  private Duration preTimeout = Duration.ofSeconds(30);
  private long freeBytesNeeded = 1;
  private String shell = "bash";
  private Optional<SlurmBody> slurm = Optional.empty();

  JobRun(Path root, int attempt) throws IOException {
    this.attempt = attempt;
    this.directory =
        Path.of(AttemptDirectory.of(root.resolve("runs").toString(), ScriptSamples.RUN, attempt));
    this.saveDirectory = root.resolve("checkpoints").resolve(AttemptDirectory.name(attempt));
    this.errors = root.resolve("job.err");
    Files.createDirectories(directory);
    Files.createDirectories(saveDirectory);
  }

  JobRun waits(Duration goWait, Duration killWait) {
    this.goWait = goWait;
    this.killWait = killWait;
    return this;
  }

  JobRun limits(Duration timeLimit, Duration preTimeout) {
    this.timeLimit = timeLimit;
    this.preTimeout = preTimeout;
    return this;
  }

  JobRun needsFree(long bytes) {
    this.freeBytesNeeded = bytes;
    return this;
  }

  JobRun shell(Path bash) {
    this.shell = bash.toString();
    return this;
  }

  JobRun environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Writes a body whose preflight passes, and the word to go. */
  JobRun body(String... trainLines) throws IOException {
    return wholeBody("[[ $1 == train ]] || exit 0\n" + String.join("\n", trainLines) + "\n");
  }

  JobRun wholeBody(String text) throws IOException {
    Files.writeString(file("body.sh"), text);
    return go(attempt, Sha256.of(text), Optional.empty());
  }

  /** A job on the stand-ins' three nodes, with the body that is rendered for it. */
  static JobRun slurm(SlurmBody body) throws IOException {
    JobRun job = new JobRun(body.root, body.plan().attempt());
    job.slurm = Optional.of(body);
    body.standIns.environment().forEach(job::environment);
    AttemptFiles files =
        new ScriptRenderer(ScriptSamples.templates()).render(job.plan(), body.spec(), body.cluster);
    return job.wholeBody(files.bodyScript());
  }

  JobRun go(int goAttempt, String sha256, Optional<Long> iteration) throws IOException {
    Files.writeString(file("go"), new GoFile(goAttempt, sha256, iteration).text());
    return this;
  }

  private AttemptPlan plan() {
    return new AttemptPlan(
        ScriptSamples.RUN,
        new HomeId("c0ffee"),
        attempt,
        directory.toString(),
        saveDirectory.toString(),
        Optional.empty(),
        preTimeout,
        freeBytesNeeded);
  }

  Process start() throws IOException {
    RunSpec spec = slurm.map(SlurmBody::spec).orElseGet(() -> ScriptSamples.spec(timeLimit));
    ClusterProfile cluster =
        slurm.map(body -> body.cluster).orElseGet(() -> ScriptSamples.cluster(goWait, killWait));
    String job = new ScriptRenderer(ScriptSamples.templates()).job(plan(), spec, cluster);
    Path script = Files.writeString(file("job.sh"), job);
    ProcessBuilder builder = new ProcessBuilder("setsid", shell, script.toString());
    builder.directory(directory.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("SLURM"));
    builder.environment().put("BLOOMERY_JOB_NAME", "bloom-nano-c0ffee");
    builder.environment().put("BLOOMERY_ATTEMPT_DIRECTORY", directory.toString());
    builder.environment().putAll(environment);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
    Process process = builder.start();
    started.add(process);
    return process;
  }

  /** Starts the job and waits for its end. */
  int run() throws Exception {
    return exitCode(start());
  }

  int exitCode(Process process) throws Exception {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("the job ends; it said: %s", errors())
        .isTrue();
    return process.exitValue();
  }

  void signal(Process process, String name) throws Exception {
    // The shell's own kill: a bare machine has no program of that name.
    String pid = Long.toString(process.pid());
    Process kill = new ProcessBuilder("bash", "-c", "kill -s \"$0\" \"$1\"", name, pid).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** The exit record's fields in their order, each value as JSON; read by a JSON parser. */
  Map<String, String> exitRecord() throws Exception {
    return json("exit.json");
  }

  Map<String, String> json(String name) throws Exception {
    Process python =
        new ProcessBuilder("python3", "-c", RECORD_TO_LINES, file(name).toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(python.waitFor()).as("%s is JSON", name).isZero();
    Map<String, String> fields = new LinkedHashMap<>();
    printed
        .lines()
        .forEach(line -> fields.put(line.split("=", 2)[0], line.substring(line.indexOf('=') + 1)));
    return fields;
  }

  List<String> log() throws IOException {
    return Files.readAllLines(file("train.log"), StandardCharsets.ISO_8859_1);
  }

  String errors() throws IOException {
    return Files.exists(errors) ? Files.readString(errors) : "";
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  /** Everything in the attempt's directory, by name. */
  Map<String, String> contents() throws IOException {
    Map<String, String> contents = new LinkedHashMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        contents.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return contents;
  }

  /** The first part of each command that carries this attempt's mark. */
  List<String> liveProcesses() throws IOException {
    String mark = "\0BLOOMERY_ATTEMPT_DIRECTORY=" + directory + "\0";
    List<String> live = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (("\0" + read(process.resolve("environ"))).contains(mark)) {
          live.add(read(process.resolve("cmdline")).replace('\0', ' ').strip());
        }
      }
    }
    return live;
  }

  void awaitNoProcess() throws Exception {
    for (int i = 0; i < PATIENCE.toMillis() / 20 && !liveProcesses().isEmpty(); i++) {
      Thread.sleep(20);
    }
    assertThat(liveProcesses()).as("processes left behind").isEmpty();
  }

  void await(String what, BooleanSupplier condition) throws Exception {
    for (int i = 0; i < PATIENCE.toMillis() / 20 && !condition.getAsBoolean(); i++) {
      Thread.sleep(20);
    }
    assertThat(condition.getAsBoolean()).as("%s; the job said: %s", what, errors()).isTrue();
  }

  void awaitFile(String name) throws Exception {
    await(name + " appears", () -> Files.exists(file(name)));
  }

  /** Ends what a failed test has left, known by the attempt's mark. */
  @Override
  public void close() throws IOException {
    started.forEach(Process::destroyForcibly);
    String mark = "BLOOMERY_ATTEMPT_DIRECTORY=" + directory;
    new ProcessBuilder(
            "bash",
            "-c",
            "for f in $(grep -lsazxF -e \"$0\" /proc/[0-9]*/environ); do"
                + " f=${f#/proc/}; kill -KILL \"${f%/environ}\"; done",
            mark)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .onExit()
        .join();
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException gone) {
      return "";
    }
  }
}
