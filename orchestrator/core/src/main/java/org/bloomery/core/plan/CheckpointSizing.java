package org.bloomery.core.plan;

import java.util.Optional;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.KnownSite;
import org.bloomery.core.spec.RunSpec;

/** Tells those who judge specs what the plan says of checkpoints. */
public final class CheckpointSizing {
  private CheckpointSizing() {}

  /** Always known, whatever the cluster is. */
  public static Optional<KnownSite.Checkpoints> of(RunSpec run, ClusterProfile cluster) {
    CheckpointContents contents = CheckpointContents.of(run);
    long iterations = BatchSchedule.of(run).iterations();
    long kept = KeptCheckpoints.of(run.checkpoint(), iterations).kept();
    return Optional.of(new KnownSite.Checkpoints(contents.bytes(), contents.files() + 1, kept + 1));
  }
}
