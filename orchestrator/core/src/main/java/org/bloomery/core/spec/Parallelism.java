package org.bloomery.core.spec;

/**
 * How one model replica is cut over devices; the number of replicas follows from the devices.
 *
 * @param tensor devices that share each layer
 * @param pipeline stages that the layers are dealt to
 */
public record Parallelism(int tensor, int pipeline) {
  /** Devices that hold one replica. */
  public int modelParallel() {
    return Math.multiplyExact(tensor, pipeline);
  }
}
