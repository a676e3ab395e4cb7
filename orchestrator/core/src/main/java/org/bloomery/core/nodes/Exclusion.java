package org.bloomery.core.nodes;

import java.time.Instant;
import java.util.Optional;

/**
 * A person's word that no run gets a node.
 *
 * @param until when it ends by itself; absent means that a person must readmit the node
 */
public record Exclusion(String reason, String by, Instant from, Optional<Instant> until) {

  /** Whether it holds at a time. */
  public boolean holdsAt(Instant now) {
    return until.map(now::isBefore).orElse(true);
  }
}
