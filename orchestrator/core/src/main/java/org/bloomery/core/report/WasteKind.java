package org.bloomery.core.report;

/** What the GPU-seconds of a job were spent on. */
public enum WasteKind {
  /** Steps whose result was kept. */
  PRODUCTIVE("productive"),
  VALIDATION("validation"),
  CHECKPOINT_SAVE("checkpoint save"),
  /** Everything before and between steps that is nothing else: loading, compiling, leaving. */
  START_UP("start-up"),
  /** Steps that a later attempt did again or will have to, and jobs that were never to train. */
  LOST("lost"),
  /** Time without steps of an attempt that was ended because it made no progress. */
  HANG("hang"),
  /** Attempts that ended in the test of their nodes. */
  PREFLIGHT("preflight"),
  OTHER("other");

  private final String words;

  WasteKind(String words) {
    this.words = words;
  }

  /** How people call it. */
  public String words() {
    return words;
  }
}
