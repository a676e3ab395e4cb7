package org.bloomery.core.run;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.Sighting;
import org.bloomery.core.checkpoint.Verdict;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.nodes.SiteNodes;
import org.bloomery.core.observe.Observation;

/**
 * Everything that one tick has seen of a run.
 *
 * @param jobs what the resource manager shows of this run's jobs
 * @param absences how firmly jobs that should be shown are missing from the resource manager
 * @param refusals by attempt: the answer to its last submission, if that certainly made no job
 * @param reading the current attempt's log and exit record, once it has a job
 * @param sightings checkpoints of the current attempt, looked at after {@code jobs}
 * @param verified a fresh look at sealed checkpoints, before an attempt is planned
 * @param latestFile what is odd about the trainer's own {@code latest}, in words; empty if nothing
 * @param goMissing whether the current attempt's job has not been told to go
 * @param nodes what is known of the cluster's nodes, across all runs
 */
public record Seen(
    Observation jobs,
    Map<JobKey, Absence> absences,
    Map<Integer, Refusal> refusals,
    Optional<AttemptReading> reading,
    List<Sighting> sightings,
    Map<CheckpointRef, Verdict> verified,
    String latestFile,
    boolean goMissing,
    SiteNodes nodes) {

  /**
   * A streak of answers without the job, all seen by one leader: an elapsed time since a stored
   * mark would be no evidence.
   */
  public record Absence(int looks, Duration span) {
    public static final Absence NONE = new Absence(0, Duration.ZERO);
  }

  public Seen {
    sightings = List.copyOf(sightings);
  }

  /** How firmly a job is missing. */
  public Absence absence(JobKey job) {
    return absences.getOrDefault(job, Absence.NONE);
  }

  /** How the last submission of an attempt was turned away, if it was. */
  public Optional<Refusal> refusal(int attempt) {
    return Optional.ofNullable(refusals.get(attempt));
  }

  /** The fresh look at a sealed checkpoint; not having looked is no verdict. */
  public Verdict verdict(CheckpointRef checkpoint) {
    Verdict verdict = verified.get(checkpoint);
    return verdict == null ? new Verdict.Unreadable("not looked at yet") : verdict;
  }
}
