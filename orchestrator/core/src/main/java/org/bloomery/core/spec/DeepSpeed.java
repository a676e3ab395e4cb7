package org.bloomery.core.spec;

/**
 * DeepSpeed's own settings, which stand in its JSON file.
 *
 * @param zeroStage how much is divided over the replicas: 0 nothing (bf16's optimizer is divided
 *     all the same), 1 the optimizer's state, 2 gradients too, 3 parameters too
 * @param offloadOptimizer whether the optimizer's state and step are on the CPU
 * @param offloadParameters whether parameters wait in the CPU's memory; needs stage 3
 * @param stepsPerPrint iterations between DeepSpeed's own lines in the log
 * @param wallClockBreakdown whether DeepSpeed logs how long each part of a step took
 */
public record DeepSpeed(
    int zeroStage,
    boolean offloadOptimizer,
    boolean offloadParameters,
    int stepsPerPrint,
    boolean wallClockBreakdown) {}
