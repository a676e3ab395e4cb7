package org.bloomery.core.spec;

/**
 * The spec as it is from some iteration on, when an owner changes a training that already runs.
 *
 * @param fromIteration it holds for attempts that start from a checkpoint of this iteration or a
 *     later one
 * @param reason what people are told, such as {@code the reserved nodes end}
 * @param universalCheckpoint whether the checkpoint at which the number of replicas changes was
 *     converted to a universal one
 * @param spec the whole effective spec, which has no revisions of its own
 */
public record Revision(
    long fromIteration, String reason, boolean universalCheckpoint, RunSpec spec) {

  Revision with(RunSpec other) {
    return new Revision(fromIteration, reason, universalCheckpoint, other);
  }
}
