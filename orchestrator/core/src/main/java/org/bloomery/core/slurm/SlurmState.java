package org.bloomery.core.slurm;

import java.util.Locale;
import java.util.Optional;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.SchedulerEnd;

/**
 * SLURM's words for where a job stands, and what they mean for whoever must not act on a living job
 * (squeue(1) and sacct(1), "job state codes", and {@code job_state_string} of SLURM 20.11 to
 * 25.11).
 */
public enum SlurmState {
  PENDING("PD", JobState.PENDING),
  /** Its nodes are being made ready: its script has not started. */
  CONFIGURING("CF", JobState.PENDING),
  /** Its nodes are being switched on. */
  POWER_UP_NODE("PO", JobState.PENDING),
  REQUEUED("RQ", JobState.PENDING, SchedulerEnd.REQUEUED),
  REQUEUE_FED("RF", JobState.PENDING, SchedulerEnd.REQUEUED),
  REQUEUE_HOLD("RH", JobState.PENDING, SchedulerEnd.REQUEUED),
  /** Requeued and held because of its exit code. */
  SPECIAL_EXIT("SE", JobState.PENDING, SchedulerEnd.REQUEUED),
  /** Its reservation was deleted: held. */
  RESV_DEL_HOLD("RD", JobState.PENDING),

  RUNNING("R", JobState.RUNNING),
  /** About to change its size. */
  RESIZING("RS", JobState.RUNNING),
  /** A signal to it is on its way. */
  SIGNALING("SI", JobState.RUNNING),
  /** Stopped, and its processes still there. */
  STOPPED("ST", JobState.RUNNING),
  SUSPENDED("S", JobState.RUNNING),

  COMPLETING("CG", JobState.COMPLETING),
  /** Its files are being brought home. */
  STAGE_OUT("SO", JobState.COMPLETING),
  /** A flag beside the state of a job that is being taken back; what lives of it is not said. */
  LAUNCH_FAILED("LF", JobState.COMPLETING),
  RECONFIG_FAIL("RC", JobState.COMPLETING),
  /** Over, and examined for an expedited requeue. */
  EXPEDITING("EX", JobState.COMPLETING),

  BOOT_FAIL("BF", JobState.ENDED, SchedulerEnd.BOOT_FAIL),
  CANCELLED("CA", JobState.ENDED, SchedulerEnd.CANCELLED),
  COMPLETED("CD", JobState.ENDED, SchedulerEnd.COMPLETED),
  DEADLINE("DL", JobState.ENDED, SchedulerEnd.DEADLINE),
  FAILED("F", JobState.ENDED, SchedulerEnd.FAILED),
  NODE_FAIL("NF", JobState.ENDED, SchedulerEnd.NODE_FAIL),
  OUT_OF_MEMORY("OOM", JobState.ENDED, SchedulerEnd.OUT_OF_MEMORY),
  PREEMPTED("PR", JobState.ENDED, SchedulerEnd.PREEMPTED),
  TIMEOUT("TO", JobState.ENDED, SchedulerEnd.TIME_LIMIT),

  /** Another cluster of the federation has started it: whether it lives is not said here. */
  REVOKED("RV", JobState.UNRECOGNISED);

  private final String compact;
  private final JobState meaning;
  private final SchedulerEnd end;

  SlurmState(String compact, JobState meaning) {
    this(compact, meaning, SchedulerEnd.UNKNOWN);
  }

  SlurmState(String compact, JobState meaning, SchedulerEnd end) {
    this.compact = compact;
    this.meaning = meaning;
    this.end = end;
  }

  /** The two letters of {@code squeue %t}. */
  public String compact() {
    return compact;
  }

  /** Where a job stands that the queue shows so. */
  public JobState inQueue() {
    return meaning;
  }

  /** How a job ended whose last word this is. */
  public SchedulerEnd end() {
    return end;
  }

  /**
   * Whether a row of the accounting in this state, with an end, is never changed again. A requeue
   * and a change of size end one row and begin another.
   */
  public boolean closesRow() {
    return meaning == JobState.ENDED || this == REQUEUED || this == RESIZING;
  }

  /**
   * The state that a word names, long or compact, with what SLURM appends ({@code CANCELLED by
   * 1000}, {@code OUT_OF_ME+} is cut and not known); empty if the word is not known.
   */
  public static Optional<SlurmState> of(String raw) {
    String text = raw.strip().toUpperCase(Locale.ROOT);
    int blank = text.indexOf(' ');
    String word = blank < 0 ? text : text.substring(0, blank);
    for (SlurmState state : values()) {
      if (state.name().equals(word) || state.compact.equals(word)) {
        return Optional.of(state);
      }
    }
    return Optional.empty();
  }
}
