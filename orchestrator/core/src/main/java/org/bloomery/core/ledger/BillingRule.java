package org.bloomery.core.ledger;

import java.util.OptionalInt;

/**
 * How many devices a site charges for, which can be more than a job asked for.
 *
 * <p>Both rules are those of IDRIS for Jean Zay ("Jean Zay: accounting of hours"): a job that takes
 * a larger share of a node's cores than of its devices pays for the cores, and a job on several
 * nodes, or an exclusive one, pays for whole nodes.
 *
 * @param byCores whether cores are turned into the devices that they come with
 * @param wholeNodes whether a job on several nodes, or an exclusive one, pays for all their devices
 */
public record BillingRule(boolean byCores, boolean wholeNodes) {
  /** A site that charges for what was allocated and nothing else. */
  public static final BillingRule AS_ALLOCATED = new BillingRule(false, false);

  /**
   * What a job was given.
   *
   * @param cpus as SLURM counts them: hyperthreads, where the cores have some
   */
  public record Given(int nodes, long devices, long cpus, boolean exclusive) {}

  /**
   * The nodes that it was given them on.
   *
   * @param devices on each node
   * @param coresPerDevice absent where the site ties no cores to a device
   * @param threadsPerCore CPUs, as SLURM counts them, of one core
   */
  public record NodeKind(int devices, OptionalInt coresPerDevice, int threadsPerCore) {}

  /** The devices to charge for, for as long as the job ran. */
  public long chargedDevices(Given job, NodeKind node) {
    if (wholeNodes && (job.nodes() > 1 || job.exclusive())) {
      return (long) job.nodes() * node.devices();
    }
    if (byCores && node.coresPerDevice().isPresent()) {
      long cpusPerDevice = (long) node.coresPerDevice().getAsInt() * node.threadsPerCore();
      return Math.max(job.devices(), (job.cpus() + cpusPerDevice - 1) / cpusPerDevice);
    }
    return job.devices();
  }
}
