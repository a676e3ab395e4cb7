package org.bloomery.controlplane.loop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.LogView;
import org.bloomery.controlplane.api.LossPoint;
import org.bloomery.controlplane.files.LogTail;
import org.bloomery.core.run.Attempt;
import org.bloomery.core.run.Run;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.core.training.LogRecord;
import org.bloomery.core.training.TrainingLogReader;

/** Reads the logs of a run's attempts for people. */
final class RunLogs {
  /** One answer holds at most so much of a log, in bytes. */
  private static final int PIECE_BYTES_MAX = 256 * 1024;

  /** At so many points of one attempt, every second one goes. */
  private static final int POINTS_MAX = 20_000;

  private RunLogs() {}

  static LogView piece(Run run, RunContext context, Optional<Integer> wanted, long offset) {
    int current = run.attempt().map(Attempt::number).orElse(0);
    int attempt = wanted.orElse(current);
    if (attempt < 1 || attempt > current) {
      throw new ApiException(
          ApiException.Kind.NOT_FOUND,
          current == 0
              ? "run " + run.id() + " has no attempt yet"
              : "run " + run.id() + " has attempts 1 to " + current + ", not " + attempt);
    }
    boolean settled = attempt < current || !run.mayHaveJob();
    Path file = context.attemptDirectory(attempt).resolve(AttemptFiles.LOG);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      long start = offset < 0 ? Math.max(0, size + offset) : Math.min(offset, size);
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(PIECE_BYTES_MAX, size - start));
      while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) > 0) {}
      int length = wholeLines(bytes, settled && start + bytes.position() >= size);
      String text = new String(bytes.array(), 0, length, StandardCharsets.UTF_8);
      long next = start + length;
      return new LogView(attempt, next, text, settled && next >= size);
    } catch (NoSuchFileException e) {
      return new LogView(attempt, 0, "", settled);
    } catch (IOException e) {
      throw new ApiException(
          ApiException.Kind.UNAVAILABLE, "cannot read " + file + ": " + e.getMessage());
    }
  }

  /** A character must not be cut in two: a piece ends with a line unless it is one long line. */
  private static int wholeLines(ByteBuffer bytes, boolean last) {
    int length = bytes.position();
    if (last) {
      return length;
    }
    for (int i = length - 1; i >= 0; i--) {
      if (bytes.get(i) == '\n') {
        return i + 1;
      }
    }
    return length == PIECE_BYTES_MAX ? length : 0;
  }

  static List<LossPoint> losses(Run run, RunContext context) {
    List<LossPoint> all = new ArrayList<>();
    int attempts = run.attempt().map(Attempt::number).orElse(0);
    for (int attempt = 1; attempt <= attempts; attempt++) {
      Path file = context.attemptDirectory(attempt).resolve(AttemptFiles.LOG);
      try {
        all.addAll(losses(attempt, new LogTail(file)));
      } catch (IOException e) {
        throw new ApiException(
            ApiException.Kind.UNAVAILABLE, "cannot read " + file + ": " + e.getMessage());
      }
    }
    return all;
  }

  private static List<LossPoint> losses(int attempt, LogTail tail) throws IOException {
    TrainingLogReader reader = new TrainingLogReader();
    List<LossPoint> points = new ArrayList<>();
    LogTail.Step step;
    do {
      step = tail.next();
      for (LogRecord log : reader.feed(step.bytes(), step.bytes().length)) {
        add(points, attempt, log);
      }
      if (points.size() > POINTS_MAX) {
        points.removeIf(point -> point.iteration() % 2 == 1);
      }
    } while (!step.toEnd());
    reader.finish().forEach(log -> add(points, attempt, log));
    return points;
  }

  private static void add(List<LossPoint> points, int attempt, LogRecord log) {
    if (log instanceof LogRecord.Iteration iteration) {
      points.add(
          new LossPoint(attempt, iteration.iteration(), iteration.loss().orElse(Double.NaN)));
    }
  }
}
