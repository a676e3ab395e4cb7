package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;

/**
 * Where and when the training saves, and what is kept.
 *
 * @param directory absolute; the run's own directories are made below it
 */
public record CheckpointPolicy(String directory, int everyIterations, Keep keep) {

  /**
   * Which checkpoints outlive the others; the newest sealed one always does.
   *
   * @param last how many of the newest
   * @param every also each whose iteration is a multiple of this
   * @param pinned also these iterations
   */
  public record Keep(int last, Optional<Integer> every, List<Long> pinned) {
    public Keep {
      pinned = List.copyOf(pinned);
    }
  }
}
