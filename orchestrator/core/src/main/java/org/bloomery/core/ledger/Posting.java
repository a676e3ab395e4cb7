package org.bloomery.core.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;

/**
 * What one incarnation of one job finally used; posted once, keyed by its job.
 *
 * @param attempt the attempt that the job belonged to; empty for a job of our name that none owns
 * @param allocated devices x elapsed seconds, as the resource manager's accounting has them
 * @param charged what the site's billing rule makes of it
 * @param audited false until the resource manager's accounting has confirmed the figures
 */
public record Posting(
    JobKey job,
    RunId run,
    Optional<Integer> attempt,
    String account,
    String user,
    Instant start,
    Instant end,
    List<String> nodes,
    GpuSeconds allocated,
    GpuSeconds charged,
    Source source,
    boolean audited) {

  /** Where the figures come from. */
  public enum Source {
    /** The resource manager's accounting. */
    ACCOUNTING,
    /** The job's own claim and exit record. */
    EXIT_RECORD,
    /** The exit record is missing: the end is the last sign of life. */
    LAST_SIGN_OF_LIFE
  }

  public Posting {
    nodes = List.copyOf(nodes);
    if (end.isBefore(start)) {
      throw new IllegalArgumentException("a posting ends before it starts: " + job);
    }
  }
}
