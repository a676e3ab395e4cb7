package org.bloomery.core.plan;

import java.util.Optional;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.Sourced;

/**
 * What a forecast takes for granted until the run has measured it, with where it is from.
 *
 * @param nodeFailuresPerDay failures that end a training, per node and day
 * @param restartSeconds from a failure to the next training step, queueing not counted
 * @param saveBytesPerSecondPerNode how fast one node writes its part of a checkpoint
 * @param nodeAwayDays until a failed node is back
 */
public record Assumptions(
    Sourced nodeFailuresPerDay,
    Sourced restartSeconds,
    Sourced saveBytesPerSecondPerNode,
    Sourced nodeAwayDays) {
  private static final Sourced META_RSC_1 = new Sourced(6.5e-3, "Meta's RSC-1, arXiv 2410.21680");
  private static final Sourced BLOOM_START =
      new Sourced(258, "BLOOM-176B's start on 384 GPUs, chronicles-prequel.md");
  private static final Sourced BLOOM_SAVE =
      new Sourced(2.511e12 / 40 / 48, "BLOOM-176B's save in 40 s from 48 nodes, chronicles.md");
  private static final Sourced THREE_DAYS = new Sourced(3, "a guess");

  /** The site's own figures where its profile has them, published ones of others elsewhere. */
  static Assumptions of(ClusterProfile cluster) {
    Optional<Sourced> restart =
        cluster
            .reliability()
            .restartTime()
            .map(time -> new Sourced(time.toSeconds(), "the site's profile"));
    return new Assumptions(
        cluster.reliability().nodeFailuresPerDay().orElse(META_RSC_1),
        restart.orElse(BLOOM_START),
        BLOOM_SAVE,
        THREE_DAYS);
  }

  /** Of the whole job, in seconds. */
  double meanTimeToFailure(RunSpec spec) {
    return Reliability.meanTimeToFailure(spec.resources().nodes(), nodeFailuresPerDay.value());
  }

  /** For which a save stops the training. */
  double saveSeconds(CheckpointContents contents, RunSpec spec) {
    return contents.bytes() / (saveBytesPerSecondPerNode.value() * spec.resources().nodes());
  }
}
