package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One of SLURM's qualities of service, with the limits that the site sets on it.
 *
 * @param partitions where it is valid
 * @param isDefault whether a job there that names none gets it
 * @param maximumTime of one job
 * @param gpusPerJob the most that one job may have
 * @param gpusPerUser the most that one user's running jobs may have together
 * @param submittedJobs the most that one user may have in the queue and running
 * @param grantNeeded whether the site gives it to chosen projects only
 */
public record QualityOfService(
    String name,
    List<String> partitions,
    boolean isDefault,
    Optional<Duration> maximumTime,
    OptionalInt gpusPerJob,
    OptionalInt gpusPerUser,
    OptionalInt submittedJobs,
    boolean grantNeeded) {

  public QualityOfService {
    partitions = List.copyOf(partitions);
  }

  /** Whether a job in this partition may ask for it. */
  public boolean isValidIn(Partition partition) {
    return partitions.contains(partition.name());
  }
}
