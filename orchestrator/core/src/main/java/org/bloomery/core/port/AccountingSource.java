package org.bloomery.core.port;

import java.time.Instant;
import java.util.List;
import org.bloomery.core.ledger.LedgerEntry;

/** Where a cluster's accounting tells what all jobs have used, those of others included. */
@FunctionalInterface
public interface AccountingSource {

  /** It did not answer, or not in full: nothing may be concluded from it. */
  final class SilentException extends Exception {
    private static final long serialVersionUID = 1L;

    public SilentException(String why) {
      super(why);
    }
  }

  /** The jobs that ended in a time, its end excluded. */
  List<LedgerEntry> ended(Instant from, Instant to) throws SilentException;
}
