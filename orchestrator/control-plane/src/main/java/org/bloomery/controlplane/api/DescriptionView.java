package org.bloomery.controlplane.api;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.report.Projection;

/**
 * One run with its attempts and checkpoints, both oldest first.
 *
 * @param toGo what it will still take; absent before its first step and after its last
 * @param budgetGpuSecondsLeft of the run's own budget; absent while its spec cannot be read
 */
public record DescriptionView(
    String run,
    String account,
    String phase,
    String why,
    OptionalLong iteration,
    OptionalLong targetIteration,
    String specSha256,
    List<AttemptView> attempts,
    List<CheckpointView> checkpoints,
    Optional<Projection> toGo,
    OptionalLong budgetGpuSecondsLeft) {}
