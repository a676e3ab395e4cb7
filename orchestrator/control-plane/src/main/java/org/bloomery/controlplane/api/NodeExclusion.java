package org.bloomery.controlplane.api;

import java.time.Duration;
import java.util.Optional;

/**
 * The wish that no run gets a node.
 *
 * @param cluster may be absent where there is only one
 * @param duration absent means until somebody readmits it
 */
public record NodeExclusion(
    Optional<String> cluster, String node, String reason, Optional<Duration> duration) {}
