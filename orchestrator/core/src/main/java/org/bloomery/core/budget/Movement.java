package org.bloomery.core.budget;

import java.time.Instant;
import java.util.Optional;
import org.bloomery.core.ledger.GpuSeconds;

/**
 * GPU-hours that a person has added to a grant or taken from it.
 *
 * @param id by whoever asked for it: one that is asked for again counts once; absent in old ones
 * @param why one line for whoever reads the account
 */
public record Movement(
    Optional<String> id, Kind kind, GpuSeconds amount, String by, String why, Instant at) {

  /** Which way. */
  public enum Kind {
    CREDIT("credit"),
    DEBIT("debit");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** As people type it. */
    public String word() {
      return word;
    }
  }
}
