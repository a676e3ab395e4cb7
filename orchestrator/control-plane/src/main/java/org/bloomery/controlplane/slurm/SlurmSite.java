package org.bloomery.controlplane.slurm;

import java.nio.file.FileSystem;
import java.time.Duration;

/**
 * What must be known of a cluster to look at its jobs and judge them.
 *
 * @param cluster the profile's name, which stands in the keys of all its jobs
 * @param user under whose name jobs are submitted there
 * @param lookInterval the shortest time between two looks
 * @param nodeFailGrace how long after the end of a job by a node's failure its processes may live
 *     on where nobody can reach them
 * @param accountingGrace how long accounting may be silent before ends are judged without it
 * @param lostLooks how many looks in a row must miss a job before it counts as over without
 *     accounting
 * @param lostAfter how long these looks must span
 * @param files where the directories of its attempts are
 */
public record SlurmSite(
    String cluster,
    String user,
    Duration lookInterval,
    Duration nodeFailGrace,
    Duration accountingGrace,
    int lostLooks,
    Duration lostAfter,
    Charge charge,
    FileSystem files) {

  /** The site's rule for how many devices a job is charged for. */
  @FunctionalInterface
  public interface Charge {
    /** The devices to charge for, for as long as the job ran. */
    long devices(Given given);
  }

  /**
   * What a job was given.
   *
   * @param cpus as SLURM counts them
   */
  public record Given(String partition, int nodes, long devices, long cpus) {}
}
