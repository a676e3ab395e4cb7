package org.bloomery.controlplane.loop;

import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.budget.Payer;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.run.Attempt;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunPolicy;
import org.bloomery.core.run.Successor;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.Resources;
import org.bloomery.core.spec.RunSpec;

/**
 * One run's spec and site, with everything that follows from them without looking.
 *
 * @param files where all its directories are
 * @param terms what each revision of the spec says, by its number; the first is the spec itself
 * @param starts tells after which iteration an earlier attempt has started
 */
record RunContext(
    FileSystem files,
    RunId run,
    HomeId home,
    RunSpec spec,
    ClusterProfile cluster,
    List<Terms> terms,
    Rendering rendering,
    Starts starts) {

  RunContext {
    terms = List.copyOf(terms);
  }

  /** What follows from one revision of the spec. */
  record Terms(RunSpec spec, RunPolicy policy, CheckpointLayout layout) {}

  /** Knows of each attempt of the run where it has started. */
  interface Starts {
    /** The iteration of its checkpoint; 0 is the beginning. */
    long of(int attempt);
  }

  /** The pure rendering of an attempt's files. */
  interface Rendering {
    AttemptFiles files(int attempt, Optional<CheckpointRef> resume);
  }

  /** Who pays. */
  Payer payer() {
    return payer(spec, cluster, terms.get(0).policy().user());
  }

  /** Who would pay for a run of this spec. */
  static Payer payer(RunSpec spec, ClusterProfile cluster, String user) {
    String type =
        cluster
            .partition(spec.resources().partition())
            .map(partition -> partition.device().type())
            .orElse("");
    return new Payer(
        spec.account(), cluster.name(), type, spec.labels().getOrDefault("team", ""), user);
  }

  /** What holds for an attempt that starts after this iteration. */
  private Terms at(long iteration) {
    return terms.get(spec.revisionAt(iteration));
  }

  /** What holds for the next attempt, as far as it is known where it will start. */
  RunPolicy policy(Run state) {
    return at(head(state)).policy();
  }

  private static long head(Run state) {
    return state.lineage().head().map(newest -> newest.ref().iteration()).orElse(0L);
  }

  private static long start(Attempt attempt) {
    return attempt.resumeFrom().map(CheckpointRef::iteration).orElse(0L);
  }

  /** The form of the checkpoints that the current attempt saves. */
  CheckpointLayout layout(Attempt current) {
    return at(start(current)).layout();
  }

  /** The same of any attempt, also one of long ago. */
  CheckpointLayout layout(int attempt) {
    // Only where there are revisions does it matter where it started.
    return terms.size() == 1 ? terms.get(0).layout() : at(starts.of(attempt)).layout();
  }

  /** Where an attempt's scripts, log and exit record lie. */
  Path attemptDirectory(int attempt) {
    return files.getPath(AttemptDirectory.of(cluster.runsRoot(), run, attempt));
  }

  /** Where an attempt saves its checkpoints. */
  Path checkpointRoot(int attempt) {
    return files.getPath(AttemptDirectory.of(spec.checkpoint().directory(), run, attempt));
  }

  /** What to look for: the current attempt's job, and that of its successor. */
  List<ResourceManager.Wanted> wanted(Run state) {
    List<ResourceManager.Wanted> wanted = new ArrayList<>();
    state
        .attempt()
        .ifPresent(
            attempt ->
                wanted.add(
                    wanted(
                        state,
                        attempt.number(),
                        at(start(attempt)),
                        attempt.job(),
                        attempt.plannedAt())));
    state
        .successor()
        .filter(Successor::isOpen)
        .ifPresent(
            next ->
                wanted.add(
                    wanted(state, next.number(), at(head(state)), next.job(), next.plannedAt())));
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

  private ResourceManager.Wanted wanted(
      Run state, int attempt, Terms held, Optional<JobKey> job, Instant planned) {
    return new ResourceManager.Wanted(
        run,
        attempt,
        home.jobName(run),
        attemptDirectory(attempt).toString(),
        held.spec().resources().devices(),
        job,
        state.surplus(),
        since(state, planned));
  }

  /** The job of the current attempt. */
  ResourceManager.JobRequest jobRequest(Attempt attempt) {
    return jobRequest(attempt.number(), at(start(attempt)), attempt.after(), attempt.excluded());
  }

  /** The job of the attempt that is prepared while another is current. */
  ResourceManager.JobRequest jobRequest(Run state, Successor next) {
    Optional<JobKey> current = state.attempt().flatMap(Attempt::job);
    return jobRequest(next.number(), at(head(state)), current, next.excluded());
  }

  private ResourceManager.JobRequest jobRequest(
      int attempt, Terms held, Optional<JobKey> after, List<String> excluded) {
    Resources resources = held.spec().resources();
    List<String> allExcluded = new ArrayList<>(resources.exclude());
    allExcluded.addAll(excluded);
    return new ResourceManager.JobRequest(
        run,
        attempt,
        home.jobName(run),
        attemptDirectory(attempt).toString(),
        resources.devices(),
        resources.timeLimit(),
        spec.account(),
        Optional.empty(),
        after,
        allExcluded);
  }
}
