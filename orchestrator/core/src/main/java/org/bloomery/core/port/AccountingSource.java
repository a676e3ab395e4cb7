package org.bloomery.core.port;

import java.time.Instant;
import java.util.List;
import org.bloomery.core.ledger.JobPart;
import org.bloomery.core.ledger.LedgerEntry;

/** Where a cluster's accounting tells what all jobs have used, those of others included. */
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

  /**
   * What the site's own report says of a time.
   *
   * @param until to when it goes, which can be before the end that was asked for
   * @param gpuSeconds allocated ones, as reported
   * @param parts what each job has used of this time, which explains the sum
   */
  record Report(Instant until, long gpuSeconds, List<JobPart> parts) {
    public Report {
      parts = List.copyOf(parts);
    }
  }

  /** Asks for the report of a time, its end excluded, both at full hours. */
  Report report(Instant from, Instant to) throws SilentException;
}
