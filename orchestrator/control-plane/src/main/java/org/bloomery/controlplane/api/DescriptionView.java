package org.bloomery.controlplane.api;

import java.util.List;
import java.util.OptionalLong;

/** One run with its attempts and checkpoints, both oldest first. */
public record DescriptionView(
    String run,
    String account,
    String phase,
    String why,
    OptionalLong iteration,
    OptionalLong targetIteration,
    String specSha256,
    List<AttemptView> attempts,
    List<CheckpointView> checkpoints) {}
