package org.bloomery.core.spec;

import java.time.Duration;
import java.util.Optional;

/**
 * How often trainings fail there, where somebody has published it.
 *
 * @param nodeFailuresPerDay failures that end a training, per node and day
 * @param restartTime from a failure to the next training step, queueing not counted
 */
public record SiteReliability(
    Optional<Sourced> nodeFailuresPerDay, Optional<Duration> restartTime) {}
