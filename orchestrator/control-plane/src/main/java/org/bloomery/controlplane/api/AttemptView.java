package org.bloomery.controlplane.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One attempt of a run.
 *
 * @param revision of the spec that it ran under; 0 is the spec as it was first, and nothing means
 *     that the spec cannot be read now
 * @param resumedFrom iteration of the checkpoint that it started from
 * @param cause why it ended, in words; empty while it has not
 * @param evidence what the cause rests on
 * @param gpuSeconds as charged; 0 until its bill is posted
 * @param lostGpuSeconds of steps that a later attempt did again or will have to
 */
public record AttemptView(
    int number,
    OptionalInt revision,
    Optional<String> jobId,
    OptionalLong resumedFrom,
    OptionalLong firstIteration,
    OptionalLong lastIteration,
    Optional<String> cause,
    List<String> evidence,
    List<String> nodes,
    Optional<Instant> startedAt,
    Optional<Instant> endedAt,
    long gpuSeconds,
    long lostGpuSeconds) {}
