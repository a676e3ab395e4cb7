package org.bloomery.core.script;

import java.util.Optional;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.id.RunId;
import org.bloomery.core.plan.CheckpointContents;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.Resources;
import org.bloomery.core.spec.RunSpec;

/** Decides what an attempt's files need to know; the loop and {@code render} share it. */
public final class AttemptPlanner {
  /** A save must not fail for want of space: room for this many checkpoints at the start. */
  private static final int FREE_CHECKPOINTS = 2;

  private AttemptPlanner() {}

  /**
   * The plan of one attempt.
   *
   * @param run its id, which {@code --again} makes differ from the spec's name
   * @param spec the run's whole one; its revision for this attempt is chosen here
   * @param resume the checkpoint to load; empty for a start from the beginning
   */
  public static AttemptPlan plan(
      HomeId home,
      RunId run,
      RunSpec spec,
      ClusterProfile cluster,
      int attempt,
      Optional<Resume> resume) {
    RunSpec now = spec.at(resume.map(Resume::iteration).orElse(0L));
    return new AttemptPlan(
        run,
        home,
        attempt,
        AttemptDirectory.of(cluster.runsRoot(), run, attempt),
        AttemptDirectory.of(now.checkpoint().directory(), run, attempt),
        resume,
        Resources.saveMargin(now.resources().timeLimit()),
        FREE_CHECKPOINTS * CheckpointContents.of(now).bytes());
  }
}
