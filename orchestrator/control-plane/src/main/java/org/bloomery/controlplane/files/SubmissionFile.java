package org.bloomery.controlplane.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;

/**
 * The file {@code submission.json} of an attempt's directory: which process this machine has
 * started for it, and when. It is created once, whole, before that process may do anything, and
 * never changed; a second one is not started.
 */
public final class SubmissionFile {
  public static final String NAME = "submission.json";
  private static final int BYTES_MAX = 4096;

  private SubmissionFile() {}

  /**
   * One start of an attempt's job on this machine.
   *
   * @param submitEpoch the job's submit time for ever, in seconds since 1970 UTC
   */
  public record Started(String jobId, long submitEpoch) {}

  /**
   * What was started for the attempt of this directory.
   *
   * @throws IOException if the file system does not answer
   */
  public static Reading<Started> read(Path attemptDirectory) throws IOException {
    return SmallFile.read(
        attemptDirectory.resolve(NAME),
        BYTES_MAX,
        text -> {
          JsonFields fields = JsonFields.of(text);
          return new Started(fields.text("jobId"), fields.epochSeconds("submitEpoch"));
        });
  }

  /**
   * Records a start, durably.
   *
   * @return false if another one is recorded already; then nothing was changed
   */
  public static boolean create(Path attemptDirectory, Started started) throws IOException {
    // An id of this machine consists of hex digits, digits and dashes: nothing to escape.
    String text =
        "{\"version\":1,\"jobId\":\"%s\",\"submitEpoch\":%d}\n"
            .formatted(started.jobId(), started.submitEpoch());
    try {
      AtomicFiles.createNew(attemptDirectory.resolve(NAME), text.getBytes(StandardCharsets.UTF_8));
      return true;
    } catch (FileAlreadyExistsException exists) {
      return false;
    }
  }
}
