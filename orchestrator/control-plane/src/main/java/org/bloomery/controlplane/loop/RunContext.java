package org.bloomery.controlplane.loop;

import java.nio.file.Path;
import java.util.Optional;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.run.Attempt;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunPolicy;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.RunSpec;

/** One run's spec and site, with everything that follows from them without looking. */
record RunContext(
    RunId run,
    HomeId home,
    RunSpec spec,
    ClusterProfile cluster,
    RunPolicy policy,
    CheckpointLayout layout,
    Rendering rendering) {

  /** The pure rendering of an attempt's files. */
  interface Rendering {
    AttemptFiles files(int attempt, Optional<Long> resumeIteration);
  }

  /** Where an attempt's scripts, log and exit record lie. */
  Path attemptDirectory(int attempt) {
    return Path.of(AttemptDirectory.of(cluster.runsRoot(), run, attempt));
  }

  /** Where an attempt saves its checkpoints. */
  Path checkpointRoot(int attempt) {
    return Path.of(AttemptDirectory.of(spec.checkpoint().directory(), run, attempt));
  }

  ResourceManager.Wanted wanted(Run state, Attempt attempt) {
    return new ResourceManager.Wanted(
        run,
        attempt.number(),
        home.jobName(run),
        attemptDirectory(attempt.number()).toString(),
        spec.resources().devices(),
        attempt.job(),
        attempt.plannedAt());
  }

  ResourceManager.JobRequest jobRequest(int attempt) {
    return new ResourceManager.JobRequest(
        run,
        attempt,
        home.jobName(run),
        attemptDirectory(attempt).toString(),
        spec.resources().devices(),
        spec.resources().timeLimit(),
        spec.account(),
        Optional.empty(),
        Optional.empty(),
        spec.resources().exclude());
  }
}
