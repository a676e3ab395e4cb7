package org.bloomery.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One job of a {@link SimulatedSlurm}, as it really is. */
final class SlurmJob {
  /** The words of squeue and sacct. */
  enum State {
    PENDING,
    RUNNING,
    COMPLETED,
    FAILED,
    CANCELLED,
    TIMEOUT,
    NODE_FAIL,
    PREEMPTED,
    OUT_OF_MEMORY
  }

  /**
   * What sbatch was told.
   *
   * @param dependencies such as {@code afterany:17} and {@code singleton}
   * @param script its whole text
   */
  record Request(
      String user,
      String name,
      String directory,
      List<String> dependencies,
      List<String> excluded,
      String script) {}

  /** What a job's batch script does, and the training that it starts. */
  interface Script {
    /** It starts on its first node. */
    void begin();

    /** SLURM says that the time limit is near. */
    void warn();

    /** SLURM asks it to leave. */
    void terminate();

    /** Its processes are gone at once, wherever SLURM still reaches them. */
    void kill();

    /** Whether any process of it lives, on whatever node. */
    boolean lives();
  }

  final int id;
  final Request request;
  final Duration limit;
  final int nodeCount;
  final int gpusPerNode;

  /** An administrator may change it. */
  String name;

  /** The jobs that must be over before it starts. */
  final List<SlurmJob> waitsFor = new ArrayList<>();

  List<String> excluded;
  Instant submit;
  Optional<Instant> eligible = Optional.empty();
  Optional<Instant> start = Optional.empty();
  Optional<Instant> end = Optional.empty();

  /** When the last process was gone from the nodes; until then it completes. */
  Optional<Instant> gone = Optional.empty();

  State state = State.PENDING;
  String reason = "None";
  String exitCode = "0:0";
  boolean held;
  boolean heldByAdministrator;
  int restarts;

  /** It goes back into the queue once its processes are gone. */
  boolean requeueing;

  List<String> nodes = new ArrayList<>();
  Optional<Script> script = Optional.empty();

  /** The controller has lost it, and knows nothing of it any more. */
  boolean vanished;

  SlurmJob(int id, Request request, Instant submit) {
    this.id = id;
    this.request = request;
    this.submit = submit;
    name = request.name();
    excluded = request.excluded();
    limit = ScriptText.timeLimit(request.script());
    nodeCount = ScriptText.number(request.script(), "nodes", 1);
    gpusPerNode = ScriptText.number(request.script(), "gres", 0);
  }

  boolean isPending() {
    return state == State.PENDING;
  }

  boolean runs() {
    return state == State.RUNNING;
  }

  boolean isOver() {
    return end.isPresent();
  }

  boolean isCompleting() {
    return requeueing || (isOver() && gone.isEmpty());
  }

  int gpus() {
    return nodes.size() * gpusPerNode;
  }

  /** Whether its user or an administrator keeps it in the queue. */
  boolean isKept() {
    return held || heldByAdministrator;
  }

  /** What it has used by now, or in all: whole seconds times devices. */
  long gpuSeconds(Instant now) {
    return start
        .map(from -> end.orElse(now).getEpochSecond() - from.getEpochSecond())
        .map(seconds -> seconds * gpus())
        .orElse(0L);
  }

  @Override
  public String toString() {
    return "job " + id + " of " + name + " in " + request.directory() + ", " + state;
  }
}
