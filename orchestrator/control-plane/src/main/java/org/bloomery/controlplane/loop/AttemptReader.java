package org.bloomery.controlplane.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bloomery.controlplane.files.ExitRecordFile;
import org.bloomery.controlplane.files.LogTail;
import org.bloomery.core.observe.ExitRecord;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.run.AttemptReading;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.core.training.ExitVerdict;
import org.bloomery.core.training.LogEnd;
import org.bloomery.core.training.LogRecord;
import org.bloomery.core.training.Progress;
import org.bloomery.core.training.TrainingLogReader;

/** Follows the log of one attempt, from its first byte on, and reads how its job says it ended. */
final class AttemptReader {
  /** One run's long log must not keep the loop from the others: the rest is read next time. */
  private static final int STEPS_MAX = 4;

  private final Path directory;
  private final LogTail tail;
  private TrainingLogReader reader = new TrainingLogReader();
  private LogEnd end = LogEnd.NONE;
  private boolean closed;

  /** Read by other threads, for people who look. */
  private volatile Progress progress = Progress.NONE;

  AttemptReader(Path directory) {
    this.directory = directory;
    this.tail = new LogTail(directory.resolve(AttemptFiles.LOG));
  }

  Progress progress() {
    return progress;
  }

  /**
   * Reads what is new.
   *
   * @param over whether nobody writes any more, so that a last line without its end counts
   * @throws UncheckedIOException if the files could not be read: then nothing is known
   */
  AttemptReading read(Optional<JobView> job, boolean over) {
    try {
      boolean toEnd = readOn();
      if (over && toEnd && !closed) {
        take(reader.finish());
        closed = true;
      }
      Optional<ExitRecord> exit = exitRecord();
      Optional<JobView> ended = job.filter(j -> j.state() == JobState.ENDED);
      return new AttemptReading(progress, toEnd, exit, ExitVerdict.of(progress, end, exit, ended));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private boolean readOn() throws IOException {
    for (int step = 0; step < STEPS_MAX; step++) {
      LogTail.Step read = tail.next();
      if (read.restarted()) {
        reader = new TrainingLogReader();
        progress = Progress.NONE;
        end = LogEnd.NONE;
        closed = false;
      }
      take(reader.feed(read.bytes(), read.bytes().length));
      if (read.toEnd()) {
        return true;
      }
    }
    return false;
  }

  private void take(List<LogRecord> records) {
    progress = progress.after(records);
    for (LogRecord log : records) {
      end = end.after(log);
    }
  }

  /** A record that cannot be read says nothing; it appears whole, or it was cut by a crash. */
  private Optional<ExitRecord> exitRecord() throws IOException {
    return ExitRecordFile.read(directory).value();
  }
}
