package org.bloomery.core.ledger;

import org.bloomery.core.id.JobKey;

/**
 * What a job has used of a period, by a site's accounting; also of one that is not over.
 *
 * @param kind what the accounting has of it
 * @param gpuSeconds as allocated
 */
public record JobPart(JobKey job, String account, Kind kind, long gpuSeconds) {

  /** Which sort of line tells of it. */
  public enum Kind {
    OVER,
    RUNNING,
    /** A line that SLURM keeps of a young job beside the job's own. */
    STUB
  }

  /** With what the same job has used of the period after this one. */
  public JobPart plus(JobPart next) {
    return new JobPart(job, account, next.kind, gpuSeconds + next.gpuSeconds);
  }
}
