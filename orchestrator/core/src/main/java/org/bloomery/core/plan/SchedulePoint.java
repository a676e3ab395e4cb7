package org.bloomery.core.plan;

/**
 * What the training's log should say once an iteration is done.
 *
 * @param consumedSamples samples since the start, this iteration's included
 * @param tokens the same in tokens
 * @param globalBatch the samples of this iteration
 */
public record SchedulePoint(
    long iteration, long consumedSamples, long tokens, int globalBatch, double learningRate) {}
