package org.bloomery.core.plan;

import java.util.Optional;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.KnownSite;
import org.bloomery.core.spec.RunSpec;

/** Tells those who judge specs what the plan says of checkpoints. */
public final class CheckpointSizing {
  private CheckpointSizing() {}

  /** The sizes by {@link Planner}; always known. */
  public static Optional<KnownSite.Checkpoints> of(RunSpec run, ClusterProfile cluster) {
    Plan plan = Planner.plan(run, cluster);
    Plan.CheckpointPlan each = plan.checkpoint();
    return Optional.of(
        new KnownSite.Checkpoints(each.bytes(), each.files() + 1, plan.iterations()));
  }
}
