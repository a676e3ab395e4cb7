package org.bloomery.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.checkpoint.LatestFile;
import org.bloomery.core.id.Sha256;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.simulation.files.JobFiles;

/**
 * What {@code job.sh} of one attempt and the trainer in it do on their nodes, in virtual time:
 * claim the directory, wait for the word to go, check it, test the nodes, load, train, save, and
 * write down how that ended. Everything that the script is told is read from its own text.
 */
final class SimulatedJob implements SlurmJob.Script {
  private static final int FENCED = 78;
  private static final int NOT_BOUND = 79;
  private static final int PREFLIGHT = 80;
  private static final int MISMATCH = 81;
  private static final int TERMINATED = 143;

  private static final Duration GO_POLL = Duration.ofSeconds(10);
  private static final Duration PREFLIGHT_TIME = Duration.ofMinutes(1);
  private static final Duration SAVE_TIME = Duration.ofMinutes(2);
  private static final Duration DYING = Duration.ofSeconds(3);

  /** Around the limit the script takes an end for that of its time. */
  private static final Duration TOLERANCE = Duration.ofMinutes(2);

  private final SlurmJob job;
  private final SlurmController controller;
  private final JobWorld world;
  private final JobFiles files;
  private final String directory;
  private final String run;
  private final int attempt;
  private final String saves;
  private final JobFate fate;
  private final boolean slowToDie;
  private final Instant start;

  /** Its own nodes, also when the job goes back into the queue while its processes still leave. */
  private final List<String> nodes;

  private final long jobLimitSeconds;

  private boolean scriptLives = true;
  private boolean trains;
  private boolean zombie;
  private boolean savingForLimit;
  private Optional<String> endedBy = Optional.empty();
  private Instant trainsSince = Instant.MAX;
  private long iteration;
  private long lastSaved;

  SimulatedJob(SlurmJob job, SlurmController controller, JobWorld world) {
    this.job = job;
    this.controller = controller;
    this.world = world;
    files = world.files();
    String text = job.request.script();
    directory = ScriptText.constant(text, "directory").orElseThrow();
    run = ScriptText.constant(text, "run").orElseThrow();
    attempt = Integer.parseInt(ScriptText.constant(text, "attempt").orElseThrow());
    saves = ScriptText.constant(text, "save_directory").orElseThrow();
    jobLimitSeconds = ScriptText.seconds(text, "time_limit_seconds").toSeconds();
    fate = world.fate(job);
    slowToDie = world.strikes(Fault.SLOW_TO_DIE, 0.3);
    start = world.now();
    nodes = job.nodes;
  }

  String run() {
    return run;
  }

  int attempt() {
    return attempt;
  }

  SlurmJob job() {
    return job;
  }

  String saves() {
    return saves;
  }

  long iteration() {
    return iteration;
  }

  /** Whether its trainer is at work, on nodes that can be reached or not. */
  boolean trains() {
    return trains || zombie;
  }

  boolean isZombie() {
    return zombie;
  }

  @Override
  public boolean lives() {
    return scriptLives || trains;
  }

  @Override
  public void begin() {
    if (!files.createNew(directory + "/" + AttemptFiles.CLAIM, claim()) && world.honoursClaims()) {
      scriptLives = false;
      controller.exited(job, FENCED);
      return;
    }
    log(
        "BLOOMERY start run=%s attempt=%d job=%d epoch=%d\n"
            .formatted(run, attempt, job.id, start.getEpochSecond()));
    if (hasLaterClaim()) {
      finish(FENCED, "fenced");
      return;
    }
    awaitGo();
  }

  private String claim() {
    return ("{\"version\":1,\"jobId\":\"%d\",\"restartCount\":%d,\"host\":\"%s\","
            + "\"startEpoch\":%d,\"bootId\":\"b\",\"pid\":1,\"startTicks\":1}\n")
        .formatted(job.id, job.restarts, nodes.get(0), start.getEpochSecond());
  }

  private boolean hasLaterClaim() {
    String attempts = directory.substring(0, directory.lastIndexOf('/'));
    return files.list(attempts).stream()
        .filter(name -> Integer.parseInt(name) > attempt)
        .anyMatch(name -> files.exists(attempts + "/" + name + "/" + AttemptFiles.CLAIM));
  }

  private void awaitGo() {
    if (!scriptLives || endedBy.isPresent()) {
      return;
    }
    Optional<String> go = files.text(directory + "/" + AttemptFiles.GO);
    if (go.isPresent()) {
      checkGo(go.get());
      return;
    }
    Duration wait = ScriptText.seconds(job.request.script(), "go_wait_seconds");
    if (!world.now().isBefore(start.plus(wait))) {
      finish(NOT_BOUND, "not-bound");
      return;
    }
    world.after(GO_POLL, "look for go of " + job.id, this::awaitGo);
  }

  private void checkGo(String go) {
    String body = files.text(directory + "/" + AttemptFiles.BODY_SCRIPT).orElse("");
    Optional<String> latest = files.text(directory + "/" + AttemptFiles.LOAD + "/latest");
    String named = field(go, "iteration");
    boolean agree =
        field(go, "attempt").equals(Integer.toString(attempt))
            && field(go, "bodySha256").equals(Sha256.of(body))
            && (named.equals("none") || latest.equals(Optional.of("global_step" + named)));
    if (!agree) {
      finish(MISMATCH, "failed");
      return;
    }
    world.after(PREFLIGHT_TIME, "preflight of " + job.id, this::preflight);
  }

  private static String field(String go, String key) {
    return go.lines()
        .filter(line -> line.startsWith(key + "="))
        .map(line -> line.substring(key.length() + 1))
        .findFirst()
        .orElse("");
  }

  private void preflight() {
    if (!scriptLives || endedBy.isPresent()) {
      return;
    }
    if (fate.is(Fault.PREFLIGHT_FAILED)) {
      world.struck(Fault.PREFLIGHT_FAILED);
      finish(PREFLIGHT, "preflight", List.of(nodes.get(nodes.size() - 1)));
      return;
    }
    load();
  }

  /** Loads what the view shows, which is all that a trainer looks at. */
  private void load() {
    String view = directory + "/" + AttemptFiles.LOAD;
    Optional<Long> from =
        files.text(view + "/latest").flatMap(tag -> LatestFile.iterationOf(tag.strip()));
    trainsSince = world.now();
    trains = true;
    world.trainingStarts(this, from);
    if (from.isEmpty()) {
      log("WARNING: could not find the metadata file " + view + "/latest\n");
    } else if (fate.is(Fault.LOAD_FAILED) || !isLoadable(view + "/global_step" + from.get())) {
      world.struck(Fault.LOAD_FAILED);
      log("RuntimeError: PytorchStreamReader failed reading zip archive\n");
      die(1);
      return;
    } else {
      log(TrainingLog.loaded(from.get(), view));
    }
    iteration = from.orElse(0L);
    lastSaved = iteration;
    if (fate.is(Fault.WRONG_START)) {
      world.struck(Fault.WRONG_START);
      iteration += 3;
    }
    work();
  }

  /** A shard without content stops a trainer; one with other content does not. */
  private boolean isLoadable(String checkpoint) {
    List<String> shards = files.list(checkpoint);
    return !shards.isEmpty()
        && shards.stream()
            .allMatch(name -> files.bytes(checkpoint + "/" + name).orElseThrow().length > 0);
  }

  /** A few iterations, or what comes instead of them. */
  private void work() {
    if (!trains) {
      return;
    }
    if (files.exists(directory + "/" + AttemptFiles.KILL_SWITCH)) {
      save(this::leaveForKillSwitch);
    } else if (fate.mishap().isPresent()
        && !world.now().isBefore(trainsSince.plus(fate.after()))
        && breaksDown(fate.mishap().get())) {
      world.struck(fate.mishap().get());
    } else if (iteration >= world.shape().target()) {
      save(
          () -> {
            log(TrainingLog.mark("after training is done"));
            trains = false;
            finish(0, "done");
          });
    } else {
      world.after(world.shape().burst(), "iterations of " + job.id, this::iterate);
    }
  }

  private void iterate() {
    if (!trains) {
      return;
    }
    StringBuilder lines = new StringBuilder();
    long last = Math.min(world.shape().target(), iteration + world.shape().burstIterations());
    while (iteration < last) {
      iteration++;
      lines.append(
          TrainingLog.iteration(iteration, world.shape().target(), world.shape().stepSeconds()));
    }
    log(lines.toString());
    if (iteration % world.shape().saveEvery() == 0) {
      save(this::work);
    } else {
      work();
    }
  }

  private boolean breaksDown(Fault mishap) {
    if (mishap == Fault.RANK_KILLED) {
      log(TrainingLog.rootCause(nodes.get(0), -9));
    } else if (mishap == Fault.GPU_FAULT) {
      log("RuntimeError: CUDA error: uncorrectable ECC error encountered\n");
      log(TrainingLog.rootCause(nodes.get(0), 1));
    } else if (mishap == Fault.CODE_FAILED) {
      log("Traceback (most recent call last):\n  File \"x.py\", line 1\nValueError: no\n");
    } else {
      world.after(world.shape().burst(), "iterations of " + job.id, this::iterate);
      return false;
    }
    die(1);
    return true;
  }

  private void die(int code) {
    trains = false;
    finish(code, "failed");
  }

  private void leaveForKillSwitch() {
    log(TrainingLog.mark("Detected kill switch at " + AttemptFiles.KILL_SWITCH + ". Exiting"));
    trains = false;
    finish(0, savingForLimit ? "time-limit" : "kill-switch");
  }

  /** Saves, if there is something new, and goes on. */
  private void save(Runnable next) {
    if (iteration <= lastSaved) {
      next.run();
      return;
    }
    SimulatedCheckpoint checkpoint = checkpoint(iteration);
    log(TrainingLog.saving(iteration, saves));
    checkpoint.begin();
    world.after(
        SAVE_TIME,
        "save of " + job.id,
        () -> {
          if (trains()) {
            checkpoint.finish();
            lastSaved = iteration;
            log(TrainingLog.saved(iteration, saves));
            if (trains) {
              next.run();
            }
          }
        });
  }

  SimulatedCheckpoint checkpoint(long at) {
    return new SimulatedCheckpoint(files, world.shape().layout(), saves, attempt, at);
  }

  @Override
  public void warn() {
    // Not before the claim, which comes first of all.
    String killSwitch = directory + "/" + AttemptFiles.KILL_SWITCH;
    if (scriptLives && !files.exists(killSwitch)) {
      savingForLimit = true;
      files.write(killSwitch, new byte[0]);
    }
  }

  @Override
  public void terminate() {
    if (!scriptLives || endedBy.isPresent()) {
      return;
    }
    boolean atLimit =
        savingForLimit
            && !world.now().isBefore(start.plusSeconds(jobLimitSeconds).minus(TOLERANCE));
    endedBy = Optional.of(atLimit ? "time-limit" : "terminated");
    if (slowToDie && trains) {
      world.struck(Fault.SLOW_TO_DIE);
      return;
    }
    world.after(DYING, "leaving of " + job.id, this::leaveAsTold);
  }

  private void leaveAsTold() {
    if (scriptLives) {
      trains = false;
      finish(TERMINATED, endedBy.orElseThrow());
    }
  }

  @Override
  public void kill() {
    scriptLives = false;
    if (!slowToDie) {
      trains = false;
      return;
    }
    // Stuck in the kernel: not even SIGKILL ends it at once.
    world.after(world.drawn(Duration.ofMinutes(15)), "death of " + job.id, () -> trains = false);
  }

  /** Its node is lost: the rest is killed, and what runs there may go on unseen. */
  void loseNode(boolean livesOn) {
    scriptLives = false;
    boolean trained = trains;
    trains = false;
    if (trained && livesOn) {
      world.struck(Fault.ZOMBIE);
      zombie = true;
      Duration life = world.drawn(Duration.ofHours(3));
      world.after(
          life,
          "last save of a zombie",
          () -> {
            // It saves what nobody expects any more, beside what others do by now.
            checkpoint(iteration + 1).begin();
            checkpoint(iteration + 1).finish();
            zombie = false;
          });
    }
  }

  private void finish(int code, String reason) {
    finish(code, reason, List.of());
  }

  private void finish(int code, String reason, List<String> badNodes) {
    if (!scriptLives) {
      return;
    }
    scriptLives = false;
    long end = world.now().getEpochSecond();
    int signal = code > 128 ? code - 128 : 0;
    log(
        "BLOOMERY end run=%s attempt=%d job=%d epoch=%d exit=%d reason=%s\n"
            .formatted(run, attempt, job.id, end, code, reason));
    String bad = badNodes.isEmpty() ? "" : "\"" + String.join("\",\"", badNodes) + "\"";
    String record =
        ("{\"version\":1,\"run\":\"%s\",\"attempt\":%d,\"jobId\":\"%d\",\"restartCount\":%d,"
                + "\"startEpoch\":%d,\"endEpoch\":%d,\"exitCode\":%d,\"signal\":%d,"
                + "\"reason\":\"%s\",\"badNodes\":[%s]}\n")
            .formatted(
                run,
                attempt,
                job.id,
                job.restarts,
                start.getEpochSecond(),
                end,
                code,
                signal,
                reason,
                bad);
    files.write(
        directory + "/" + AttemptFiles.EXIT_RECORD,
        record.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    controller.exited(job, code);
  }

  private void log(String text) {
    files.append(directory + "/" + AttemptFiles.LOG, text);
  }
}
