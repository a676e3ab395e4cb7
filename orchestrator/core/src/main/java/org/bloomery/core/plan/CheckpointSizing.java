package org.bloomery.core.plan;

import java.util.Optional;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.KnownSite;
import org.bloomery.core.spec.RunSpec;

/** Tells those who judge specs what the plan says of checkpoints. */
public final class CheckpointSizing {
  private CheckpointSizing() {}

  /** What is kept by the end of the training, and one more that is being written. */
  public static Optional<KnownSite.Kept> of(RunSpec run, ClusterProfile cluster) {
    Plan.CheckpointPlan checkpoint = Planner.plan(run, cluster).checkpoint();
    return Optional.of(
        new KnownSite.Kept(checkpoint.kept() + 1, checkpoint.keptBytes(), checkpoint.keptInodes()));
  }
}
