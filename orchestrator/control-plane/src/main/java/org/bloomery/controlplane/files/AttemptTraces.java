package org.bloomery.controlplane.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bloomery.controlplane.files.ClaimFile.Claim;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting.Source;
import org.bloomery.core.observe.ExitRecord;
import org.bloomery.core.observe.Usage;
import org.bloomery.core.script.AttemptFiles;

/**
 * What an attempt's jobs themselves have left in its directory: the stand-in for a scheduler's
 * accounting where there is none, or where it does not answer.
 */
public record AttemptTraces(Path directory, Reading<Claim> claim, Reading<ExitRecord> exitRecord) {

  /**
   * Where the output of the job script itself goes on this machine; the training's is in {@code
   * train.log}.
   */
  public static final String JOB_OUTPUT = "job.out";

  /** Files that a job touches while it lives; the newest tells until when it did. */
  private static final List<String> SIGNS_OF_LIFE =
      List.of(AttemptFiles.LOG, AttemptFiles.CLAIM, JOB_OUTPUT, AttemptFiles.EXIT_RECORD);

  /**
   * Reads an attempt's directory as it is now; an attempt without a directory has left nothing.
   *
   * @throws IOException if the file system does not answer, or is not there
   */
  public static AttemptTraces read(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      checkMounted(directory);
    }
    return new AttemptTraces(directory, ClaimFile.read(directory), ExitRecordFile.read(directory));
  }

  /** A run's directory can be deleted, but if the root of all runs is missing nothing is known. */
  private static void checkMounted(Path directory) throws IOException {
    Path root = directory;
    for (int i = 0; i < 3 && root.getParent() != null; i++) {
      root = root.getParent();
    }
    if (!Files.isDirectory(root)) {
      throw new NoSuchFileException(root.toString(), null, "is its file system mounted?");
    }
  }

  /** The claim, if this job made it. */
  public Optional<Claim> claimOf(String jobId) {
    return claim.value().filter(c -> c.jobId().equals(jobId));
  }

  /** How this job says that it ended, if it has said so. */
  public Optional<ExitRecord> exitOf(String jobId) {
    return exitRecord.value().filter(e -> e.jobId().equals(jobId));
  }

  private boolean claimedByAnother(String jobId) {
    return claim.value().filter(c -> !c.jobId().equals(jobId)).isPresent();
  }

  /**
   * What a job of this attempt used, now that no process of it lives; not audited.
   *
   * @param submitted when it was submitted: what never claimed counts from and to that moment
   */
  public Usage usage(String jobId, int devices, Instant submitted) throws IOException {
    if (claimedByAnother(jobId)) {
      // Fenced: the claim itself proves that this job did nothing.
      return usage(devices, submitted, submitted, Source.EXIT_RECORD);
    }
    Optional<ExitRecord> own = exitOf(jobId);
    if (own.isPresent()) {
      Instant start = Instant.ofEpochSecond(own.get().startEpoch());
      Instant end = Instant.ofEpochSecond(own.get().endEpoch());
      return usage(devices, start, end, Source.EXIT_RECORD);
    }
    if (claim instanceof Reading.Absent) {
      return usage(devices, submitted, submitted, Source.LAST_SIGN_OF_LIFE);
    }
    // A claim that cannot be read was still made by the job that was submitted.
    Instant start = claim.value().map(c -> Instant.ofEpochSecond(c.startEpoch())).orElse(submitted);
    return usage(devices, start, lastSignOfLife(jobId).orElse(start), Source.LAST_SIGN_OF_LIFE);
  }

  private static Usage usage(int devices, Instant start, Instant end, Source source) {
    // A clock set back while the job ran makes no negative bill.
    Instant ordered = end.isBefore(start) ? start : end;
    GpuSeconds used = GpuSeconds.of(devices, Duration.between(start, ordered));
    return new Usage(start, ordered, used, used, source, false);
  }

  private Optional<Instant> lastSignOfLife(String jobId) throws IOException {
    Optional<Instant> last = Optional.empty();
    List<String> signs = new ArrayList<>(SIGNS_OF_LIFE);
    // What the header of a job for SLURM calls its output.
    signs.add("job-" + jobId + ".out");
    for (String name : signs) {
      try {
        Instant touched = Files.getLastModifiedTime(directory.resolve(name)).toInstant();
        if (last.isEmpty() || touched.isAfter(last.get())) {
          last = Optional.of(touched);
        }
      } catch (NoSuchFileException neverWritten) {
        // Then the others tell.
      }
    }
    // Whole seconds, as everything else that is billed.
    return last.map(at -> Instant.ofEpochSecond(at.getEpochSecond()));
  }
}
