package org.bloomery.core.plan;

/**
 * What the training's log should say once an iteration is done.
 *
 * @param consumedSamples samples since the start, this iteration's included
 * @param tokens the same in tokens
 * @param globalBatch the samples of this iteration
 */
public record SchedulePoint(
    long iteration, long consumedSamples, long tokens, int globalBatch, double learningRate) {

  /** The point of one iteration, from 1 to the training's last. */
  public static SchedulePoint at(BatchSchedule schedule, long iteration) {
    long consumed = schedule.consumedSamples(iteration);
    return new SchedulePoint(
        iteration,
        consumed,
        schedule.tokens(iteration),
        schedule.globalBatch(iteration),
        LearningRateCurve.at(schedule.spec(iteration).training().learningRate(), consumed));
  }
}
