package org.bloomery.core.spec;

import java.util.List;

/**
 * The rules between the trainer's own settings: precision, ZeRO, curriculum, skipped iterations.
 *
 * <p>Sources: DeepSpeed's {@code BF16_Optimizer}, its pipeline engine and its documentation of
 * curriculum learning; Megatron-DeepSpeed's {@code megatron/arguments.py}.
 */
final class TrainerRules {
  private static final String PRECISION = "spec.training.precision";
  private static final String LOSS_SCALE = "spec.training.lossScale";
  private static final String ZERO_STAGE = "spec.deepSpeed.zeroStage";
  private static final String OFFLOAD_OPTIMIZER = "spec.deepSpeed.offloadOptimizer";
  private static final String OFFLOAD_PARAMETERS = "spec.deepSpeed.offloadParameters";
  private static final String PIPELINE = "spec.parallelism.pipeline";
  private static final String CURRICULUM = "spec.training.curriculum";
  private static final String SEQUENCE = "spec.model.sequenceLength";
  private static final String SKIPPED = "spec.training.skipIterations";

  private final Facts facts;

  private TrainerRules(Facts facts) {
    this.facts = facts;
  }

  static void check(Facts facts) {
    TrainerRules rules = new TrainerRules(facts);
    rules.lossScale();
    rules.zeroStage();
    rules.offload();
    rules.curriculum();
    rules.skippedIterations();
  }

  private void lossScale() {
    boolean other =
        facts.has(PRECISION, LOSS_SCALE)
            && facts.value(PRECISION, Precision.class) != Precision.FP16;
    if (other) {
      facts.problem(
          SpecCode.NUMBER_FORMAT,
          LOSS_SCALE,
          facts.value(PRECISION, Precision.class).word() + " needs no loss scale",
          "Remove lossScale, or train in fp16.");
    }
    for (String dynamic : List.of("initialPower", "window", "hysteresis", "minimum")) {
      String path = LOSS_SCALE + "." + dynamic;
      if (facts.has(LOSS_SCALE + ".fixed", path)) {
        facts.problem(
            SpecCode.NUMBER_FORMAT,
            path,
            "a fixed loss scale has no " + dynamic,
            "Keep either fixed or the others.");
      }
    }
  }

  private void zeroStage() {
    if (!facts.has(ZERO_STAGE)) {
      return;
    }
    long stage = facts.whole(ZERO_STAGE);
    if (stage > 0 && isBf16()) {
      facts.problem(
          SpecCode.NUMBER_FORMAT,
          ZERO_STAGE,
          "bf16 needs stage 0: its optimizer is divided over the replicas by itself",
          "Remove zeroStage.");
    }
    if (stage > 1 && facts.has(PIPELINE) && facts.whole(PIPELINE) > 1) {
      facts.problem(
          SpecCode.ZERO_STAGE,
          ZERO_STAGE,
          "stage "
              + stage
              + " does not go with a pipeline: its gradients live across micro-batches",
          "Choose stage 1, or parallelism.pipeline: 1.");
    }
  }

  private boolean isBf16() {
    return facts.has(PRECISION) && facts.value(PRECISION, Precision.class) == Precision.BF16;
  }

  private void offload() {
    long stage = facts.has(ZERO_STAGE) ? facts.whole(ZERO_STAGE) : isBf16() ? 0 : 1;
    offload(OFFLOAD_OPTIMIZER, "the optimizer works on the CPU only from stage 1 on", stage >= 1);
    offload(OFFLOAD_PARAMETERS, "parameters are offloaded only by stage 3", stage == 3);
  }

  private void offload(String path, String rule, boolean possible) {
    if (!possible && facts.has(path) && facts.value(path, Boolean.class)) {
      facts.problem(
          SpecCode.ZERO_STAGE, path, rule, "Remove it, or choose that deepSpeed.zeroStage.");
    }
  }

  private void curriculum() {
    String minimum = CURRICULUM + ".minimum";
    String maximum = CURRICULUM + ".maximum";
    String step = CURRICULUM + ".step";
    if (facts.has(minimum, maximum) && facts.whole(minimum) > facts.whole(maximum)) {
      facts.problem(
          SpecCode.CURRICULUM,
          minimum,
          "sequences would shrink from " + facts.whole(minimum) + " to " + facts.whole(maximum),
          "Start with the shorter ones.");
    }
    if (facts.has(maximum, SEQUENCE) && facts.whole(maximum) > facts.whole(SEQUENCE)) {
      facts.problem(
          SpecCode.CURRICULUM,
          maximum,
          "sequences of "
              + facts.whole(maximum)
              + " tokens exceed the model's "
              + facts.whole(SEQUENCE),
          "Grow up to model.sequenceLength at most.");
    }
    for (String path : List.of(minimum, maximum)) {
      if (facts.has(path, step) && facts.whole(path) % facts.whole(step) != 0) {
        facts.problem(
            SpecCode.CURRICULUM,
            path,
            facts.whole(path) + " tokens are no multiple of the step " + facts.whole(step),
            "Choose a multiple of curriculum.step.");
      }
    }
  }

  private void skippedIterations() {
    long before = 0;
    for (int i = 0; i < facts.size(SKIPPED); i++) {
      String first = SKIPPED + "[" + i + "].first";
      String last = SKIPPED + "[" + i + "].last";
      if (facts.has(first, last) && facts.whole(first) > facts.whole(last)) {
        facts.problem(
            SpecCode.SKIPPED_ITERATIONS,
            last,
            "the range ends at " + facts.whole(last) + ", before it starts",
            "Give the smaller number first.");
      }
      if (facts.has(first) && facts.whole(first) <= before) {
        facts.problem(
            SpecCode.SKIPPED_ITERATIONS,
            first,
            "the range starts at "
                + facts.whole(first)
                + ", but iteration "
                + before
                + " is skipped already",
            "Order the ranges, apart from each other.");
      }
      before = facts.has(last) ? Math.max(before, facts.whole(last)) : before;
    }
  }
}
