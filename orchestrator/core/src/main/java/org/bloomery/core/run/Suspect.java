package org.bloomery.core.run;

import java.time.Instant;
import org.bloomery.core.observe.EndCause;

/**
 * A node that was blamed for the end of an attempt.
 *
 * @param node as the resource manager names it
 * @param at when that was recorded
 */
public record Suspect(String node, EndCause cause, int attempt, Instant at) {
  /** A run remembers so many, the newest ones. */
  public static final int REMEMBERED_MAX = 50;
}
