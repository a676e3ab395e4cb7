package org.bloomery.core.run;

import java.time.Instant;

/**
 * What a person asked for and the loop has not yet brought about; a durable fact before anything.
 */
public record Request(Kind kind, String by, Instant at) {

  /** What can be asked of a run that is not over. */
  public enum Kind {
    /** Save, leave, and wait for a person. */
    STOP,
    /** End the job now and the run for good. */
    CANCEL,
    /** Save, leave, and go on in the next attempt at once. */
    SAVE,
    /** Start no new attempt, and keep queued jobs in the queue; what runs goes on. */
    HOLD,
    /** Let go what a hold has kept. */
    RELEASE,
    /** Asked by the budget itself: save, leave, and wait for a credit. */
    EXHAUSTED
  }
}
