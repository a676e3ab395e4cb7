package org.bloomery.controlplane.files;

import java.io.IOException;
import java.nio.file.Path;
import org.bloomery.controlplane.files.SmallFile.Malformed;
import org.bloomery.core.id.RunId;
import org.bloomery.core.observe.ExitRecord;
import org.bloomery.core.observe.ExitRecord.Reason;
import org.bloomery.core.script.AttemptFiles;

/** The file {@code exit.json} of an attempt's directory: what its job says about its own end. */
public final class ExitRecordFile {
  /** Room for the names of all nodes of a large job. */
  private static final int BYTES_MAX = 256 * 1024;

  private ExitRecordFile() {}

  /**
   * How the job of this directory says that it ended.
   *
   * @throws IOException if the file system does not answer
   */
  public static Reading<ExitRecord> read(Path attemptDirectory) throws IOException {
    return SmallFile.read(
        attemptDirectory.resolve(AttemptFiles.EXIT_RECORD), BYTES_MAX, ExitRecordFile::parse);
  }

  private static ExitRecord parse(String text) throws Malformed {
    JsonFields fields = JsonFields.of(text);
    String run = fields.text("run");
    if (!RunId.isValid(run)) {
      throw new Malformed("'run' is not a run's name");
    }
    return new ExitRecord(
        fields.small("version"),
        new RunId(run),
        fields.small("attempt"),
        fields.text("jobId"),
        fields.small("restartCount"),
        fields.epochSeconds("startEpoch"),
        fields.epochSeconds("endEpoch"),
        fields.small("exitCode"),
        fields.small("signal"),
        reason(fields.text("reason")),
        fields.texts("badNodes"));
  }

  private static Reason reason(String word) throws Malformed {
    for (Reason reason : Reason.values()) {
      if (reason.text().equals(word)) {
        return reason;
      }
    }
    throw new Malformed("the reason '" + word + "' is unknown");
  }
}
