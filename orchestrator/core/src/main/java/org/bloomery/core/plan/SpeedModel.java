package org.bloomery.core.plan;

/**
 * How long an iteration takes on one type of device, from three figures. A stage works off its
 * micro-batches one by one, with a rate that grows with their size and levels off; it waits while
 * the pipeline fills and drains; at the end the replicas exchange gradients and weights:
 *
 * <pre>
 *   seconds = (m + p - 1) x FLOPs of a micro-batch / rate(n) + bytes of a node / network
 *   rate(n) = saturated x n / (n + half),  n tokens of a micro-batch on one device
 * </pre>
 *
 * @param saturatedFlops operations per second of one device on micro-batches without end
 * @param halfTokens tokens at which it reaches half of that
 * @param nodeBytesPerSecond what one node exchanges with the others
 */
record SpeedModel(double saturatedFlops, double halfTokens, double nodeBytesPerSecond) {

  double seconds(StepShape shape) {
    return computeSeconds(shape) + exchangeSeconds(shape);
  }

  double computeSeconds(StepShape shape) {
    return shape.slots() * shape.flopsPerMicroBatch() / rate(shape.tokensPerDevice());
  }

  double exchangeSeconds(StepShape shape) {
    return shape.bytesPerNode() / nodeBytesPerSecond;
  }

  private double rate(double tokens) {
    return saturatedFlops * tokens / (tokens + halfTokens);
  }
}
