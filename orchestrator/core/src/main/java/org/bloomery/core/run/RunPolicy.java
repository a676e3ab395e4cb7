package org.bloomery.core.run;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.spec.RestartLimits;
import org.bloomery.core.spec.SiteTimings;

/**
 * What the spec and the site say, as far as decisions depend on it.
 *
 * @param iterations of the whole training
 * @param logEvery the trainer logs iterations that are a multiple of this
 * @param reservation the most that one attempt can be billed
 * @param budget of the whole run
 * @param timings how patient to be with the site
 * @param scripts the pure rendering of an attempt's scripts
 */
public record RunPolicy(
    String user,
    long iterations,
    int logEvery,
    GpuSeconds reservation,
    GpuSeconds budget,
    SiteTimings timings,
    RestartLimits restart,
    Queueing queueing,
    NodeNeed nodes,
    Scripts scripts) {

  /**
   * How jobs of the run are queued.
   *
   * @param prepares whether the next attempt's job is queued while one runs
   * @param attemptTime how long one attempt trains at most
   * @param submittedMax how many jobs its owner may have queued and running, where there is a limit
   */
  public record Queueing(boolean prepares, Duration attemptTime, OptionalInt submittedMax) {}

  /**
   * Which nodes it needs.
   *
   * @param needed how many one attempt occupies
   * @param available how many there are where it runs
   * @param excluded those that the spec itself excludes
   */
  public record NodeNeed(int needed, int available, List<String> excluded) {
    public NodeNeed {
      excluded = List.copyOf(excluded);
    }
  }

  /**
   * Tells what an attempt's scripts will be, without writing them: their SHA-256, in hex.
   *
   * <p>{@code resume} is the checkpoint to load; empty for a start from the beginning.
   */
  public interface Scripts {
    /** Of what trains. */
    String bodySha256(int attempt, Optional<CheckpointRef> resume);

    /** Of what the resource manager gets. */
    String jobSha256(int attempt, Optional<CheckpointRef> resume);
  }
}
