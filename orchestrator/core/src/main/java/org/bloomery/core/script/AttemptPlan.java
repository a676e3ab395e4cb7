package org.bloomery.core.script;

import java.time.Duration;
import java.util.Optional;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.id.RunId;

/**
 * What is decided about one attempt before its files are written.
 *
 * @param attemptDirectory absolute; holds the scripts, the log and the exit record
 * @param saveDirectory absolute; the attempt's own checkpoint root
 * @param resume the checkpoint that {@code load/} shows; absent starts from scratch
 * @param preTimeout how long before the time limit the training is asked to save and leave
 * @param freeBytesNeeded what must be free in the save directory at the start, in bytes
 */
public record AttemptPlan(
    RunId run,
    HomeId home,
    int attempt,
    String attemptDirectory,
    String saveDirectory,
    Optional<Resume> resume,
    Duration preTimeout,
    long freeBytesNeeded) {

  public AttemptPlan {
    requireAbsolute(attemptDirectory);
    requireAbsolute(saveDirectory);
    if (!AttemptDirectory.attemptOf(attemptDirectory).equals(Optional.of(attempt))) {
      throw new IllegalArgumentException(
          "not the directory of attempt " + attempt + ": " + attemptDirectory);
    }
    if (preTimeout.isNegative() || freeBytesNeeded < 0) {
      throw new IllegalArgumentException("negative time or space in the plan of an attempt");
    }
  }

  /** The iteration that the attempt goes on from; 0 is the training's beginning. */
  public long startIteration() {
    return resume.map(Resume::iteration).orElse(0L);
  }

  /** The path of one of the attempt's files. */
  public String file(String name) {
    return attemptDirectory + "/" + name;
  }

  private static void requireAbsolute(String path) {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("not an absolute path: " + path);
    }
  }
}
