package org.bloomery.controlplane.loop;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunPolicy;
import org.bloomery.core.run.Successor;
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

  /** What to look for: the current attempt's job, and that of its successor. */
  List<ResourceManager.Wanted> wanted(Run state) {
    List<ResourceManager.Wanted> wanted = new ArrayList<>();
    state
        .attempt()
        .ifPresent(
            attempt ->
                wanted.add(
                    wanted(attempt.number(), attempt.job(), since(state, attempt.plannedAt()))));
    state
        .successor()
        .filter(Successor::isOpen)
        .ifPresent(
            next -> wanted.add(wanted(next.number(), next.job(), since(state, next.plannedAt()))));
    return wanted;
  }

  /** Also a surplus job is to be found until it is billed, however old it is. */
  private static Instant since(Run state, Instant planned) {
    return state.surplus().stream()
        .map(job -> Instant.ofEpochSecond(job.submitEpoch()))
        .filter(planned::isAfter)
        .min(Comparator.naturalOrder())
        .orElse(planned);
  }

  private ResourceManager.Wanted wanted(int attempt, Optional<JobKey> job, Instant since) {
    return new ResourceManager.Wanted(
        run,
        attempt,
        home.jobName(run),
        attemptDirectory(attempt).toString(),
        spec.resources().devices(),
        job,
        since);
  }

  /**
   * The job of an attempt.
   *
   * @param after the job that must be over before it starts
   * @param excluded the nodes that it must not get, besides those of the spec
   */
  ResourceManager.JobRequest jobRequest(
      int attempt, Optional<JobKey> after, List<String> excluded) {
    List<String> allExcluded = new ArrayList<>(spec.resources().exclude());
    allExcluded.addAll(excluded);
    return new ResourceManager.JobRequest(
        run,
        attempt,
        home.jobName(run),
        attemptDirectory(attempt).toString(),
        spec.resources().devices(),
        spec.resources().timeLimit(),
        spec.account(),
        Optional.empty(),
        after,
        allExcluded);
  }
}
