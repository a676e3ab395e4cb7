package org.bloomery.controlplane.api;

/**
 * One checkpoint of a run.
 *
 * @param verdict in words: complete, incomplete: .., corrupt: .., unreadable: .., or rejected: ..
 * @param sealed whether a training may start from it
 * @param directory where it lies
 */
public record CheckpointView(
    long iteration,
    int attempt,
    String verdict,
    boolean sealed,
    long bytes,
    int files,
    String directory) {}
