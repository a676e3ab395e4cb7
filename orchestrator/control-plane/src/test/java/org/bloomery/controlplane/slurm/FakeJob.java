package org.bloomery.controlplane.slurm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One job of {@link FakeSlurm}: what its controller knows, and what its script does to the files of
 * the attempt. The script's last line says what kind it is: {@code ends} at once, {@code lives}, or
 * {@code strange}: lives, and is no script of ours.
 */
public final class FakeJob {
  static final int FENCED = 78;

  final String id;
  final String user;
  String name;
  final Path directory;
  final List<String> dependencies;
  final String script;

  Instant submit;
  Optional<Instant> start = Optional.empty();
  Optional<Instant> end = Optional.empty();
  String state = "PENDING";
  String reason = "None";
  String exitCode = "0:0";
  Duration limit = Duration.ofHours(1);
  List<String> avoided = List.of();
  boolean held;
  int restarts;

  /** When processes of it are gone from all nodes; until then it is completing. */
  Optional<Instant> gone = Optional.empty();

  FakeJob(
      String id,
      String user,
      String name,
      Path directory,
      List<String> dependencies,
      String script,
      Instant submit) {
    this.id = id;
    this.user = user;
    this.name = name;
    this.directory = directory;
    this.dependencies = List.copyOf(dependencies);
    this.script = script;
    this.submit = submit;
  }

  boolean isQueued() {
    return state.equals("PENDING");
  }

  boolean runs() {
    return state.equals("RUNNING");
  }

  boolean isOver() {
    return end.isPresent();
  }

  /** As the queue shows it: a job that has ended completes until its last process is gone. */
  String shownState(Instant now) {
    return isOver() && gone.filter(now::isBefore).isPresent() ? "COMPLETING" : state;
  }

  /** Starts; its script claims the attempt, or finds that another job has. */
  void start(Instant now) {
    start = Optional.of(now);
    state = "RUNNING";
    reason = "None";
    if (isStrange()) {
      return;
    }
    String claim =
        "{\"version\":1,\"jobId\":\"%s\",\"restartCount\":%d,\"host\":\"n1\",\"startEpoch\":%d}\n"
            .formatted(id, restarts, now.getEpochSecond());
    try {
      Files.writeString(directory.resolve("claim"), claim, StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException claimed) {
      finish("FAILED", FENCED + ":0", now);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One moment of its life. */
  void live(Instant now) {
    if (now.isAfter(start.orElseThrow().plus(limit))) {
      writeExitRecord(now, 143, "time-limit");
      finish("TIMEOUT", "0:0", now);
    } else if (script.strip().endsWith("ends")) {
      writeExitRecord(now, 0, "done");
      finish("COMPLETED", "0:0", now);
    }
  }

  /** Is asked to leave: at once out of the queue, after a moment where it runs. */
  void cancel(Instant now) {
    if (runs()) {
      writeExitRecord(now, 143, "terminated");
    }
    finish("CANCELLED by 1000", "0:15", now);
  }

  /** Ends in this state, without its script having a say. */
  void finish(String finalState, String code, Instant now) {
    boolean ran = runs();
    state = finalState;
    exitCode = code;
    end = Optional.of(now);
    gone = Optional.of(ran ? now.plusSeconds(2) : now);
  }

  private boolean isStrange() {
    return script.strip().endsWith("strange");
  }

  private void writeExitRecord(Instant now, int code, String why) {
    if (isStrange()) {
      return;
    }
    String text =
        ("{\"version\":1,\"run\":\"bloom-test\",\"attempt\":1,\"jobId\":\"%s\","
                + "\"restartCount\":%d,\"startEpoch\":%d,\"endEpoch\":%d,\"exitCode\":%d,"
                + "\"signal\":0,\"reason\":\"%s\",\"badNodes\":[]}\n")
            .formatted(
                id,
                restarts,
                start.orElseThrow().getEpochSecond(),
                now.getEpochSecond(),
                code,
                why);
    try {
      Files.write(directory.resolve("exit.json"), text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
