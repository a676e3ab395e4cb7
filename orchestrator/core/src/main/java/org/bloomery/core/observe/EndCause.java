package org.bloomery.core.observe;

/** Why an attempt ended; each cause has its own place in the restart policy. */
public enum EndCause {
  /** The trainer reached its last iteration and said so. */
  COMPLETED("completed"),
  /** The trainer left by itself after a save: exit duration or exit interval. */
  PLANNED_EXIT("planned exit"),
  /** The scheduler's time limit ended it. */
  TIME_LIMIT("time limit"),
  /** The kill switch made it save and leave. */
  STOPPED("stopped"),
  /** Somebody cancelled the job. */
  CANCELLED("cancelled"),
  /** The scheduler needed the nodes for other work. */
  PREEMPTED("preempted"),
  /** A node was lost. */
  NODE_FAILURE("node failure"),
  /** A GPU failed. */
  GPU_FAULT("GPU fault"),
  /** The interconnect or a collective failed, without a better known first cause. */
  COMMUNICATION_FAULT("communication fault"),
  /** Out of GPU memory. */
  GPU_OUT_OF_MEMORY("out of GPU memory"),
  /** The kernel or the scheduler killed it for memory. */
  HOST_OUT_OF_MEMORY("out of host memory"),
  /** A rank was killed by a signal from outside, by whom is not known. */
  RANK_KILLED("a rank was killed"),
  /** No space or inodes left where it writes. */
  DISK_FULL("disk full"),
  /** It could not read the checkpoint that it was given. */
  CHECKPOINT_DAMAGED("checkpoint damaged"),
  /** It did not start at the iteration after its checkpoint. */
  WRONG_START("wrong first iteration"),
  /** The training code raised an error of its own. */
  USER_CODE("training code failed"),
  /** It made no progress and was ended for that. */
  HANG("hang"),
  /** A node failed the test before the start. */
  PREFLIGHT("preflight failed"),
  /** Its directory belonged to another job: it did nothing. */
  FENCED("fenced"),
  /** It was not told to go. */
  NOT_BOUND("not bound"),
  /** Nothing tells why. */
  UNKNOWN("unknown");

  private final String words;

  EndCause(String words) {
    this.words = words;
  }

  /** How people call it. */
  public String words() {
    return words;
  }
}
