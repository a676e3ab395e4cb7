package org.bloomery.core.observe;

import java.util.List;
import org.bloomery.core.id.RunId;

/**
 * What a job wrote about its own end ({@code exit.json}).
 *
 * @param startEpoch when the job claimed its attempt, in seconds since 1970 UTC
 * @param endEpoch when it wrote this, in seconds since 1970 UTC
 * @param signal the number of the signal that ended the trainer, or 0
 */
public record ExitRecord(
    int version,
    RunId run,
    int attempt,
    String jobId,
    int restartCount,
    long startEpoch,
    long endEpoch,
    int exitCode,
    int signal,
    Reason reason,
    List<String> badNodes) {

  /** The script's own word for how it ended. */
  public enum Reason {
    DONE("done"),
    FAILED("failed"),
    FENCED("fenced"),
    NOT_BOUND("not-bound"),
    PREFLIGHT("preflight"),
    KILL_SWITCH("kill-switch"),
    TIME_LIMIT("time-limit"),
    TERMINATED("terminated");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    /** The word in the file. */
    public String text() {
      return text;
    }
  }

  public ExitRecord {
    badNodes = List.copyOf(badNodes);
  }
}
