package org.bloomery.core.script;

import java.time.Duration;
import java.util.Optional;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.id.RunId;
import org.bloomery.core.plan.Planner;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.RunSpec;

/** Decides what an attempt's files need to know; the loop and {@code render} share it. */
public final class AttemptPlanner {
  /** A save must not fail for want of space: room for this many checkpoints at the start. */
  private static final int FREE_CHECKPOINTS = 2;

  /** BLOOM's own margin for the save before the time limit. */
  private static final Duration PRE_TIMEOUT_MAX = Duration.ofMinutes(10);

  private AttemptPlanner() {}

  /**
   * The plan of one attempt.
   *
   * @param run its id, which {@code --again} makes differ from the spec's name
   * @param resumeIteration of the checkpoint to load; empty for a start from the beginning
   */
  public static AttemptPlan plan(
      HomeId home,
      RunId run,
      RunSpec spec,
      ClusterProfile cluster,
      int attempt,
      Optional<Long> resumeIteration) {
    return new AttemptPlan(
        run,
        home,
        attempt,
        AttemptDirectory.of(cluster.runsRoot(), run, attempt),
        AttemptDirectory.of(spec.checkpoint().directory(), run, attempt),
        resumeIteration,
        preTimeout(spec.resources().timeLimit()),
        FREE_CHECKPOINTS * Planner.plan(spec, cluster).checkpoint().bytes());
  }

  /** Less than BLOOM's margin where the limit itself is short. */
  private static Duration preTimeout(Duration timeLimit) {
    Duration tenth = timeLimit.dividedBy(10);
    return tenth.compareTo(PRE_TIMEOUT_MAX) < 0 ? tenth : PRE_TIMEOUT_MAX;
  }
}
