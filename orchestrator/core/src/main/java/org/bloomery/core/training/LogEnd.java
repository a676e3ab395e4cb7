package org.bloomery.core.training;

import java.util.Optional;

/**
 * What else of a log matters for the verdict on its end.
 *
 * @param records how many records it held: none means that there was no log, or a foreign one
 * @param ended the job script's last line
 * @param fromScratch the line by which the trainer said that it found no checkpoint
 */
public record LogEnd(
    long records, Optional<LogRecord.JobEnded> ended, Optional<String> fromScratch) {

  /** Nothing read yet. */
  public static final LogEnd NONE = new LogEnd(0, Optional.empty(), Optional.empty());

  /** What is known once one more record has been read. */
  public LogEnd after(LogRecord log) {
    if (log instanceof LogRecord.JobEnded end) {
      return new LogEnd(records + 1, Optional.of(end), fromScratch);
    }
    if (log instanceof LogRecord.StartedFromScratch start) {
      return new LogEnd(records + 1, ended, Optional.of(fromScratch.orElse(start.line())));
    }
    return new LogEnd(records + 1, ended, fromScratch);
  }
}
