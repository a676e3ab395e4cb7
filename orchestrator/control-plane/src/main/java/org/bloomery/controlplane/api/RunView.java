package org.bloomery.controlplane.api;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One run in one line.
 *
 * @param iteration the newest one logged, by any attempt
 * @param attempt number of the current or last attempt; 0 before the first
 */
public record RunView(
    String run,
    String account,
    String phase,
    String why,
    int attempt,
    Optional<String> jobId,
    OptionalLong iteration,
    OptionalLong targetIteration,
    OptionalDouble loss,
    long gpuSeconds,
    Instant updatedAt) {}
