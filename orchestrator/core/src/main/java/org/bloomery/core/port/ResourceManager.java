package org.bloomery.core.port;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.observe.Observation;

/** Where jobs are queued and run: SLURM, YARN, or this machine. */
public interface ResourceManager {

  /**
   * A job to be handed over.
   *
   * @param jobName run id and home id; with the directory it identifies the attempt
   * @param directory absolute path of the attempt's directory, which becomes the work directory and
   *     holds {@code job.sh}
   * @param devices how many devices it occupies in all
   * @param timeLimit after which the resource manager ends it
   * @param allocatedJobId what {@link #allocateJobId} gave for it
   * @param after the job that must be over before this one may start, with all of its processes;
   *     besides, no two jobs of one name ever run at once
   * @param excludedNodes all nodes that it must not get, whoever excluded them; they are part of
   *     the request (of {@code sbatch}'s command line) and not of the script
   */
  record JobRequest(
      RunId run,
      int attempt,
      String jobName,
      String directory,
      int devices,
      Duration timeLimit,
      String account,
      Optional<String> allocatedJobId,
      Optional<JobKey> after,
      List<String> excludedNodes) {
    public JobRequest {
      excludedNodes = List.copyOf(excludedNodes);
    }
  }

  /**
   * A job that somebody wants to know about.
   *
   * @param key known once it was seen
   * @param unbilled jobs of the run that are no attempt's, and of which the bill is still to come
   * @param since jobs submitted before this are not it, nor one of those
   */
  record Wanted(
      RunId run,
      int attempt,
      String jobName,
      String directory,
      int devices,
      Optional<JobKey> key,
      List<JobKey> unbilled,
      Instant since) {
    public Wanted {
      unbilled = List.copyOf(unbilled);
    }
  }

  /** What became of a submission. */
  sealed interface Submission {
    /** It has the job; the id is a hint, the next observation counts. */
    record Accepted(String jobId) implements Submission {}

    /** It certainly has no job of it and would not take one now; later it may. */
    record Deferred(String why) implements Submission {}

    /** It refused, and will refuse again. */
    record Rejected(String why) implements Submission {}

    /** It may or may not have the job. */
    record Ambiguous(String why) implements Submission {}
  }

  /** What became of a request to end or to signal a job. */
  sealed interface Acknowledgement {
    /** Done, or there was nothing left to do. */
    record Done() implements Acknowledgement {}

    /** Nobody knows; ask again later. */
    record NotKnown(String why) implements Acknowledgement {}
  }

  /**
   * An id for a job that is not submitted yet, where the resource manager gives ids before the
   * effect (YARN); empty where it tells them after (SLURM).
   */
  Optional<String> allocateJobId();

  /** Hands a job over. Called again for the same attempt only after a quiet period. */
  Submission submit(JobRequest request);

  /**
   * Looks, in one batched query, for the jobs of all wanted attempts.
   *
   * @return all jobs found, also those over; or that it could not look
   */
  Observation observe(List<Wanted> wanted, Instant now);

  /** Ends a job: asks its processes to leave, and kills what stays after the site's wait. */
  Acknowledgement cancel(JobKey job);

  /**
   * Keeps a queued job in the queue until it is released; one that is not queued any more is left
   * alone.
   */
  Acknowledgement hold(JobKey job);

  /** Lets a job that was held start when its turn comes. */
  Acknowledgement release(JobKey job);

  /**
   * Changes which nodes a queued job must not get, all of them; for one that is not queued any more
   * it is too late.
   */
  Acknowledgement exclude(JobKey job, List<String> nodes);
}
