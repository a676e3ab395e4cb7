package org.bloomery.controlplane.api;

import java.time.Instant;
import java.util.List;

/**
 * What was used.
 *
 * @param gpuSeconds sum over the rows
 */
public record UsageView(Instant asOf, long gpuSeconds, long lostGpuSeconds, List<Row> rows) {

  /**
   * One posting.
   *
   * @param gpuSeconds as charged
   * @param lostGpuSeconds of steps that a later attempt did again or will have to
   * @param cause why the attempt ended, in words
   */
  public record Row(
      String run,
      String account,
      int attempt,
      String jobId,
      long gpuSeconds,
      long lostGpuSeconds,
      String cause,
      String source) {}
}
