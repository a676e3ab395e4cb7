package org.bloomery.core.observe;

/** How the resource manager itself says that a job ended. */
public enum SchedulerEnd {
  /** Its script left with 0. */
  COMPLETED,
  /** Its script left with something else. */
  FAILED,
  /** Its time was over. */
  TIME_LIMIT,
  /** Somebody cancelled it. */
  CANCELLED,
  /** A node of it was lost. */
  NODE_FAIL,
  /** Its nodes were needed for other work. */
  PREEMPTED,
  /** It used more memory than it may. */
  OUT_OF_MEMORY,
  /** A node did not start up for it. */
  BOOT_FAIL,
  /** It could not have ended before the deadline that it was given. */
  DEADLINE,
  /** It was put back into the queue: what starts from there is another incarnation. */
  REQUEUED,
  /** It is over, and nothing says how. */
  UNKNOWN
}
