package org.bloomery.core.plan;

/**
 * A published time that a speed was calibrated on.
 *
 * @param seconds of an iteration, as published
 * @param predictedSeconds of the same one, by the calibrated model
 */
public record CalibrationPoint(String source, double seconds, double predictedSeconds) {}
