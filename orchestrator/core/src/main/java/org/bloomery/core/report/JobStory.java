package org.bloomery.core.report;

/**
 * What a run's history tells of one of its jobs, beyond what it used.
 *
 * @param cause why its attempt ended, in words
 * @param split what it was spent on
 */
public record JobStory(String cause, WasteSplit split) {

  /** Of steps that a later attempt did again or will have to. */
  public long lostGpuSeconds() {
    return split.of(WasteKind.LOST);
  }
}
