package org.bloomery.core.spec;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one attempt asks the resource manager for.
 *
 * @param nodes each of which runs one task, which starts the ranks of its devices
 * @param gpusPerNode devices on each node; under the local resource manager, CPU ranks
 * @param cpusPerTask cores of each node's task; absent means what the site gives
 * @param exclusive whether the nodes must not be shared with other jobs
 * @param slurmAccount the account in SLURM, such as {@code six@a100}; absent means the run's own
 * @param slurmReservation SLURM's reservation (the bare word belongs to the budget)
 * @param timeLimit of one attempt, not of the run
 * @param exclude nodes that must not be given, as the resource manager names them
 * @param extraSbatch further options of {@code sbatch}, by their long names without dashes
 */
public record Resources(
    int nodes,
    int gpusPerNode,
    Optional<Integer> cpusPerTask,
    boolean exclusive,
    Optional<SlurmHint> hint,
    Optional<String> slurmAccount,
    Optional<String> partition,
    Optional<String> constraint,
    Optional<String> qos,
    Optional<String> slurmReservation,
    Duration timeLimit,
    List<String> exclude,
    SortedMap<String, String> extraSbatch) {

  private static final Duration SAVE_MARGIN_MAX = Duration.ofMinutes(10);

  public Resources {
    exclude = List.copyOf(exclude);
    extraSbatch = Collections.unmodifiableSortedMap(new TreeMap<>(extraSbatch));
  }

  /**
   * What must remain of a time limit for the last save: BLOOM's own ten minutes, and less where the
   * limit itself is short.
   */
  public static Duration saveMargin(Duration timeLimit) {
    Duration tenth = timeLimit.dividedBy(10);
    return tenth.compareTo(SAVE_MARGIN_MAX) < 0 ? tenth : SAVE_MARGIN_MAX;
  }

  Resources withTimeLimit(Duration limit) {
    return new Resources(
        nodes,
        gpusPerNode,
        cpusPerTask,
        exclusive,
        hint,
        slurmAccount,
        partition,
        constraint,
        qos,
        slurmReservation,
        limit,
        exclude,
        extraSbatch);
  }

  /** All devices of one attempt, which is also the training's world size. */
  public int devices() {
    return Math.multiplyExact(nodes, gpusPerNode);
  }
}
