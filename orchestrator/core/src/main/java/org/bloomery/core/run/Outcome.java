package org.bloomery.core.run;

/** How a run ended for good. */
public enum Outcome {
  /** The trainer reached its last iteration. */
  SUCCEEDED,
  /** Somebody cancelled it. */
  CANCELLED
}
