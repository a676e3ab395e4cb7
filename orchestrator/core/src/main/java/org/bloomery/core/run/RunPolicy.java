package org.bloomery.core.run;

import java.time.Duration;
import java.util.Optional;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.spec.RestartLimits;

/**
 * What the spec and the site say, as far as decisions depend on it.
 *
 * @param iterations of the whole training
 * @param logEvery the trainer logs iterations that are a multiple of this
 * @param reservation the most that one attempt can be billed
 * @param budget of the whole run
 * @param quiet how long a submission without a visible job is waited for before it is repeated
 * @param sealDistance how far apart two equal scans must be to seal a checkpoint of a live job
 * @param lostLooks how many answers in a row without the job, over {@code lostAfter}, mean that it
 *     is lost
 * @param scripts the pure rendering of an attempt's body
 */
public record RunPolicy(
    String user,
    long iterations,
    int logEvery,
    GpuSeconds reservation,
    GpuSeconds budget,
    Duration quiet,
    Duration sealDistance,
    int lostLooks,
    Duration lostAfter,
    RestartLimits restart,
    BodyDigest scripts) {

  /** Tells what an attempt's body will be, without writing it. */
  @FunctionalInterface
  public interface BodyDigest {
    /**
     * SHA-256 of the body of an attempt, in hex.
     *
     * @param resumeIteration of the checkpoint to load; empty for a start from the beginning
     */
    String bodySha256(int attempt, Optional<Long> resumeIteration);
  }
}
