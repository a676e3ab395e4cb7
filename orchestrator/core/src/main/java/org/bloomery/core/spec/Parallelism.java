package org.bloomery.core.spec;

/**
 * How one model replica is cut over devices; the number of replicas follows from the devices.
 *
 * @param tensor devices that share each layer
 * @param pipeline stages that the layers are dealt to
 * @param partition how they are dealt
 * @param syncDuplicated whether parameters that every tensor rank holds (layer norms, some biases)
 *     are averaged over them: in bf16 they drift apart otherwise
 */
public record Parallelism(
    int tensor, int pipeline, PipelinePartition partition, boolean syncDuplicated) {
  /** Devices that hold one replica. */
  public int modelParallel() {
    return Math.multiplyExact(tensor, pipeline);
  }
}
