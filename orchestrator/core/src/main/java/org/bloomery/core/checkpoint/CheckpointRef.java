package org.bloomery.core.checkpoint;

/** Names one checkpoint of a run: the attempt that wrote it, and the iteration that it holds. */
public record CheckpointRef(int attempt, long iteration) implements Comparable<CheckpointRef> {

  /** The directory's name as DeepSpeed writes it. */
  public String tag() {
    return "global_step" + iteration;
  }

  @Override
  public int compareTo(CheckpointRef other) {
    int byIteration = Long.compare(iteration, other.iteration);
    return byIteration != 0 ? byIteration : Integer.compare(attempt, other.attempt);
  }

  @Override
  public String toString() {
    return "iteration " + iteration + " of attempt " + attempt;
  }
}
