package org.bloomery.controlplane.slurm;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.port.ResourceManager.Wanted;
import org.bloomery.core.slurm.SlurmState;

/** A row about a job, from wherever; whose job it is. */
sealed interface JobRow permits QueueRow, AccountingRow {
  String jobId();

  OptionalLong submit();

  String state();

  String user();

  String workDirectory();

  String name();

  /** When it started, or is expected to. */
  OptionalLong start();

  List<String> nodes();

  /**
   * Whether this is the job that a key names: ids are used again, and a requeue gives the same id
   * another submit time.
   */
  default boolean isJob(JobKey key) {
    return jobId().equals(key.jobId())
        && submit().isPresent()
        && submit().getAsLong() == key.submitEpoch();
  }

  /**
   * Whether this is a job of the run of a wanted attempt, by name and work directory, both of which
   * SLURM shows everywhere. A job of another user, or one that somebody started under our name or
   * from our directory, is not. A job whose key is known stays the attempt's under any name.
   */
  default boolean isOf(Wanted attempt, String user) {
    if (!user().equals(user)) {
      return false;
    }
    boolean sameRun =
        name().equals(attempt.jobName())
            && AttemptDirectory.attemptOf(workDirectory()).isPresent()
            && parent(workDirectory()).equals(parent(attempt.directory()));
    return sameRun
        || attempt.unbilled().stream().anyMatch(this::isJob)
        || (workDirectory().equals(attempt.directory())
            && attempt.key().filter(this::isJob).isPresent());
  }

  /** Whether a node's failure has ended it, which the queue says already while it completes. */
  default boolean hasLostNode() {
    return known().filter(SlurmState.NODE_FAIL::equals).isPresent();
  }

  /** Whether its user keeps it in the queue, and could let it go. */
  default boolean isHeldByUser() {
    return false;
  }

  /** What the state means; empty if the word is not known. */
  default Optional<SlurmState> known() {
    return SlurmState.of(state());
  }

  private static String parent(String directory) {
    return directory.substring(0, Math.max(0, directory.lastIndexOf('/')));
  }
}
