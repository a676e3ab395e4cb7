package org.bloomery.core.run;

/** Why a run waits for a person. */
public enum HoldReason {
  /** Somebody asked it to save and stop. */
  STOPPED,
  /** Somebody asked that no new attempt starts. */
  HELD,
  /** The next attempt would overdraw the run's budget. */
  BUDGET_EXHAUSTED,
  /** The restart policy's limit is reached. */
  TOO_MANY_FAILURES,
  /** What failed will fail again: the training code or its input must be changed. */
  USER_ERROR,
  /** Checkpoints were sealed, but none of them is intact now. */
  NO_USABLE_CHECKPOINT,
  /** The training did not go on where its checkpoint ends. */
  WRONG_START,
  /** The resource manager refused the job. */
  REJECTED
}
