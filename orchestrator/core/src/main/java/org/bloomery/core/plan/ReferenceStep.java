package org.bloomery.core.plan;

import org.bloomery.core.plan.StepShape.Layout;

/**
 * The time of an iteration that somebody published. All of them trained on 2,048 tokens a sample
 * and recomputed their activations.
 *
 * @param source which training, and where its time is printed
 * @param width what the slowest stage has to compute
 * @param seconds as published
 */
record ReferenceStep(
    String source, Width width, Layout layout, int microBatch, int globalBatch, double seconds) {
  private static final int TOKENS = 2048;
  private static final int PASSES = 4;

  /**
   * The slowest stage of a model.
   *
   * @param blocks of that stage
   * @param head rows of the output head, if it is on that stage, else 0
   */
  record Width(int hidden, int blocks, int head) {}

  StepShape shape() {
    double h = width.hidden();
    double perToken =
        width.blocks() * PASSES * (24 * h * h + 4 * h * TOKENS) + 6 * h * width.head();
    double parameters = width.blocks() * 12 * h * h + h * width.head();
    return new StepShape(
        TOKENS * perToken / layout.tensor(),
        parameters / layout.tensor(),
        TOKENS,
        layout,
        microBatch,
        globalBatch);
  }
}
