package org.bloomery.controlplane.api;

/** The loss of one iteration, as the trainer logged it; NaN where the record lacks it. */
public record LossPoint(int attempt, long iteration, double loss) {}
