package org.bloomery.controlplane.api;

import java.time.Instant;
import java.util.List;

/**
 * Why a run is where it is.
 *
 * @param now what the loop thinks at present, also while nothing changes
 * @param decisions recorded ones, newest first
 */
public record ExplanationView(String run, String phase, String now, List<Line> decisions) {

  /** One recorded decision. */
  public record Line(Instant at, String why, List<String> facts) {}
}
