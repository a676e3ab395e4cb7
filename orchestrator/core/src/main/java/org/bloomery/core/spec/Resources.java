package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What one attempt asks the resource manager for.
 *
 * @param gpusPerNode devices on each node; under the local resource manager, CPU ranks
 * @param slurmReservation SLURM's reservation (the bare word belongs to the budget)
 * @param timeLimit of one attempt, not of the run
 * @param exclude nodes that must not be given, as the resource manager names them
 */
public record Resources(
    int nodes,
    int gpusPerNode,
    Optional<String> partition,
    Optional<String> constraint,
    Optional<String> qos,
    Optional<String> slurmReservation,
    Duration timeLimit,
    List<String> exclude) {

  public Resources {
    exclude = List.copyOf(exclude);
  }

  Resources withTimeLimit(Duration limit) {
    return new Resources(
        nodes, gpusPerNode, partition, constraint, qos, slurmReservation, limit, exclude);
  }

  /** All devices of one attempt, which is also the training's world size. */
  public int devices() {
    return Math.multiplyExact(nodes, gpusPerNode);
  }
}
