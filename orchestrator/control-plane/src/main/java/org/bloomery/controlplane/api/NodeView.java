package org.bloomery.controlplane.api;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One node that was blamed or excluded.
 *
 * @param failures how many attempts it was blamed for, of all runs
 * @param causes how often for each cause, by the cause's words
 * @param lemon whether it was blamed so often lately that somebody should look at it
 * @param lastRun whose attempt it was blamed for last
 * @param excluded whether a person keeps it from all runs now
 * @param until when that ends by itself; absent if it does not
 */
public record NodeView(
    String cluster,
    String node,
    int failures,
    Map<String, Integer> causes,
    boolean lemon,
    Optional<Instant> lastBlamed,
    Optional<String> lastRun,
    boolean excluded,
    Optional<String> reason,
    Optional<String> by,
    Optional<Instant> until) {}
