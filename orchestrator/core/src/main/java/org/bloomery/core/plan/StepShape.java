package org.bloomery.core.plan;

/**
 * What decides how long an iteration takes, whatever the model is.
 *
 * @param stageFlopsPerSample of the slowest pipeline stage, one device's part
 * @param stageParameters of that stage, one device's part
 * @param sequenceLength tokens per sample
 * @param layout how the devices are used
 * @param microBatch samples that go through a stage at once
 * @param globalBatch samples of the iteration
 */
record StepShape(
    double stageFlopsPerSample,
    double stageParameters,
    int sequenceLength,
    Layout layout,
    int microBatch,
    long globalBatch) {

  /** How a training lies on its devices. */
  record Layout(int tensor, int pipeline, int dataParallel, int nodes, int devicesPerNode) {
    int devices() {
      return nodes * devicesPerNode;
    }
  }

  /** Micro-batches that each replica takes one after the other: 784 / (2 x 8) = 49. */
  long microBatches() {
    return globalBatch / ((long) microBatch * layout.dataParallel());
  }

  /**
   * How long the pipeline is busy, counted in micro-batches: the last one enters after all others
   * and still has all stages to pass.
   */
  long slots() {
    return microBatches() + layout.pipeline() - 1;
  }

  /** The share of a stage's time in which it waits for the pipeline to fill and to drain. */
  double idleShare() {
    return (layout.pipeline() - 1.0) / slots();
  }

  double flopsPerMicroBatch() {
    return stageFlopsPerSample * microBatch;
  }

  /** Tokens of a micro-batch that one device works on. */
  double tokensPerDevice() {
    return (double) microBatch * sequenceLength / layout.tensor();
  }

  /**
   * Bytes that each node sends once per iteration: gradients are reduced and scattered, then
   * gathered (2 bytes a parameter each way), and the new weights gathered (2 bytes), by all but one
   * of the replicas. On one node nothing crosses the network.
   */
  double bytesPerNode() {
    if (layout.nodes() == 1) {
      return 0;
    }
    double others = (layout.dataParallel() - 1.0) / layout.dataParallel();
    return 6 * stageParameters * others * layout.devicesPerNode();
  }
}
