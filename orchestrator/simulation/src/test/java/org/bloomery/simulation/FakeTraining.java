package org.bloomery.simulation;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

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
import org.bloomery.controlplane.files.SampleCheckpoints;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.checkpoint.LatestFile;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.Sha256;
import org.bloomery.core.observe.ExitRecord.Reason;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.core.script.GoFile;
import org.bloomery.core.training.SampleLogs;

/**
 * What one job's script and its trainer do to the files, without either: one iteration at each
 * call.
 */
final class FakeTraining {
  private final JobRequest request;
  private final String jobId;
  private final Shape shape;
  private final JobPlot plot;
  private final Instant start;
  private final Path directory;
  private final Path saves;
  private long iteration;
  private long lastSaved;
  private boolean told;
  private boolean over;

  /**
   * What all trainings of a cluster have in common.
   *
   * @param checkpoints the directory that the spec names
   * @param target the last iteration
   * @param goWait how long a job waits to be told to go
   */
  record Shape(
      CheckpointLayout layout, Path checkpoints, long target, long saveEvery, Duration goWait) {}

  /** So long before its time is over, a training is made to save and leave. */
  private static final Duration PRE_TIMEOUT = Duration.ofSeconds(2);

  private FakeTraining(JobRequest request, String jobId, Shape shape, JobPlot plot, Instant start) {
    this.request = request;
    this.jobId = jobId;
    this.shape = shape;
    this.plot = plot;
    this.start = start;
    directory = Path.of(request.directory());
    saves =
        Path.of(
            AttemptDirectory.of(shape.checkpoints().toString(), request.run(), request.attempt()));
  }

  /** Claims the attempt; empty if another job was there before, which fences this one. */
  static Optional<FakeTraining> begin(
      JobRequest request, String jobId, Shape shape, JobPlot plot, Instant now) {
    FakeTraining training = new FakeTraining(request, jobId, shape, plot, now);
    try {
      if (!training.claim()) {
        return Optional.empty();
      }
      training.lookForGo();
      return Optional.of(training);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether it is at work: it was told to go, and has not left. */
  boolean trains() {
    return told && !over;
  }

  boolean isOver() {
    return over;
  }

  private void lookForGo() throws IOException {
    if (Files.exists(directory.resolve(AttemptFiles.GO))) {
      Optional<Long> resume = load();
      checkGo(resume);
      lastSaved = resume.orElse(0L);
      iteration = lastSaved + plot.skips();
      told = true;
    }
  }

  long iteration() {
    return iteration;
  }

  private boolean claim() throws IOException {
    String text =
        "{\"version\":1,\"jobId\":\"%s\",\"restartCount\":0,\"host\":\"n1\",\"startEpoch\":%d}\n"
            .formatted(jobId, start.getEpochSecond());
    try {
      Files.writeString(directory.resolve(AttemptFiles.CLAIM), text, StandardOpenOption.CREATE_NEW);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /** The iteration of the checkpoint that the view shows, which must be reachable through it. */
  private Optional<Long> load() throws IOException {
    Path view = directory.resolve(AttemptFiles.LOAD);
    Path latest = view.resolve("latest");
    if (!Files.exists(latest)) {
      log("WARNING: could not find the metadata file " + latest);
      return Optional.empty();
    }
    String tag = Files.readString(latest);
    if (!Files.isDirectory(view.resolve(tag))) {
      throw new IllegalStateException(view + " names " + tag + ", which cannot be loaded");
    }
    long loaded = LatestFile.iterationOf(tag).orElseThrow();
    log(SampleLogs.loaded(loaded, view.toString()));
    return Optional.of(loaded);
  }

  private void checkGo(Optional<Long> resume) throws IOException {
    byte[] body = Files.readAllBytes(directory.resolve(AttemptFiles.BODY_SCRIPT));
    String expected =
        new GoFile(request.attempt(), Sha256.of(new String(body, StandardCharsets.UTF_8)), resume)
            .text();
    String go = Files.readString(directory.resolve(AttemptFiles.GO));
    if (!go.equals(expected)) {
      throw new IllegalStateException("go says " + go + ", but the files say " + expected);
    }
  }

  /** Does one iteration, or leaves. */
  void step(Instant now) {
    try {
      if (!told) {
        wait(now);
        return;
      }
      if (!now.isBefore(start.plus(request.timeLimit()).minus(PRE_TIMEOUT))) {
        save();
        log(SampleLogs.mark("Detected kill switch at " + AttemptFiles.KILL_SWITCH + ". Exiting"));
        leave(Reason.TIME_LIMIT, 0, 0, now);
        return;
      }
      if (Files.exists(directory.resolve(AttemptFiles.KILL_SWITCH))) {
        save();
        log(SampleLogs.mark("Detected kill switch at " + AttemptFiles.KILL_SWITCH + ". Exiting"));
        leave(Reason.KILL_SWITCH, 0, 0, now);
        return;
      }
      iteration++;
      log(
          SampleLogs.iteration(
              iteration, shape.target(), plot.stepSeconds(), 3.0 - iteration * 0.01));
      if (iteration % shape.saveEvery() == 0 || iteration == shape.target()) {
        save();
      }
      if (iteration == plot.diesAfter()) {
        die(now);
      } else if (iteration == shape.target()) {
        log(SampleLogs.mark("after training is done"));
        leave(Reason.DONE, 0, 0, now);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void wait(Instant now) throws IOException {
    lookForGo();
    if (!told && !now.isBefore(start.plus(shape.goWait()))) {
      leave(Reason.NOT_BOUND, 79, 0, now);
    }
  }

  /** Is asked to leave by the resource manager, and does. */
  void terminate(Instant now) {
    try {
      leave(Reason.TERMINATED, 143, 15, now);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void die(Instant now) throws IOException {
    switch (plot.death()) {
      case RANK_KILLED -> {
        for (String line : SampleLogs.rootCause("n1", 1, -9)) {
          log(line);
        }
        leave(Reason.FAILED, 1, 0, now);
      }
      case NODE_LOST -> over = true;
    }
  }

  private void save() throws IOException {
    if (iteration > lastSaved) {
      log(SampleLogs.saving(iteration, saves.toString()));
      SampleCheckpoints.write(saves, shape.layout(), iteration);
      log(SampleLogs.saved(iteration, saves.toString()));
      lastSaved = iteration;
    }
  }

  private void leave(Reason reason, int exitCode, int signal, Instant now) throws IOException {
    log(
        "BLOOMERY end run=%s attempt=%d job=%s epoch=%d exit=%d reason=%s"
            .formatted(
                request.run(),
                request.attempt(),
                jobId,
                now.getEpochSecond(),
                exitCode,
                reason.text()));
    String text =
        ("{\"version\":1,\"run\":\"%s\",\"attempt\":%d,\"jobId\":\"%s\",\"restartCount\":0,"
                + "\"startEpoch\":%d,\"endEpoch\":%d,\"exitCode\":%d,\"signal\":%d,"
                + "\"reason\":\"%s\",\"badNodes\":[]}\n")
            .formatted(
                request.run(),
                request.attempt(),
                jobId,
                start.getEpochSecond(),
                now.getEpochSecond(),
                exitCode,
                signal,
                reason.text());
    Files.writeString(directory.resolve(AttemptFiles.EXIT_RECORD), text);
    over = true;
  }

  private void log(String line) throws IOException {
    Files.write(
        directory.resolve(AttemptFiles.LOG), List.of(line), StandardCharsets.UTF_8, CREATE, APPEND);
  }
}
