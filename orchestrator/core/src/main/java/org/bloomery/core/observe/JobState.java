package org.bloomery.core.observe;

/** Where a job stands at its resource manager. */
public enum JobState {
  /** Accepted, not started. */
  PENDING,
  /** Its script runs. */
  RUNNING,
  /** Its script is over or was killed, but processes of it may live on. */
  COMPLETING,
  /** Over, and no process of it lives. */
  ENDED,
  /** The resource manager said something that we do not know: nothing is decided on it. */
  UNRECOGNISED
}
