package org.bloomery.controlplane.files;

import java.io.IOException;
import java.nio.file.Path;
import org.bloomery.core.script.AttemptFiles;

/**
 * The file {@code claim} of an attempt's directory: whoever creates it owns the attempt for ever.
 *
 * <p>The job creates it empty, exclusively, and fills it a moment later, so that a look in between,
 * or a full disk, shows a claim that says nothing.
 */
public final class ClaimFile {
  private static final int BYTES_MAX = 4096;

  private ClaimFile() {}

  /**
   * Who owns an attempt.
   *
   * @param jobId the resource manager's id of the job
   * @param restartCount how often the resource manager had requeued it
   * @param host where its script runs
   * @param startEpoch when it claimed, in seconds since 1970 UTC
   */
  public record Claim(String jobId, int restartCount, String host, long startEpoch) {}

  /**
   * Who has claimed the attempt of this directory.
   *
   * @throws IOException if the file system does not answer
   */
  public static Reading<Claim> read(Path attemptDirectory) throws IOException {
    return SmallFile.read(
        attemptDirectory.resolve(AttemptFiles.CLAIM),
        BYTES_MAX,
        text -> {
          JsonFields fields = JsonFields.of(text);
          return new Claim(
              fields.text("jobId"),
              fields.small("restartCount"),
              fields.text("host"),
              fields.epochSeconds("startEpoch"));
        });
  }
}
