package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;

/** {@code spec.deepSpeed}. */
final class DeepSpeedSchema {
  /** What the file says; the stage follows from the precision if it says none. */
  record Given(
      Optional<Integer> zeroStage,
      boolean offloadOptimizer,
      boolean offloadParameters,
      int stepsPerPrint,
      boolean wallClockBreakdown) {

    /**
     * DeepSpeed's bf16 optimizer does by itself what stage 1 does and accepts only stage 0; with
     * the others, stage 1 makes each data-parallel rank save a shard of its own.
     */
    DeepSpeed with(Precision precision) {
      return new DeepSpeed(
          zeroStage.orElse(precision == Precision.BF16 ? 0 : 1),
          offloadOptimizer,
          offloadParameters,
          stepsPerPrint,
          wallClockBreakdown);
    }
  }

  private static final Field<Optional<Long>> ZERO_STAGE =
      Field.optional(
          "zeroStage",
          new WholeNumber(0, 3),
          "how much is divided over the replicas; 0 with bf16 and 1 otherwise if absent");
  private static final Field<Boolean> OFFLOAD_OPTIMIZER =
      Field.withDefault(
          "offloadOptimizer", new Flag(), false, "whether the optimizer works on the CPU");
  private static final Field<Boolean> OFFLOAD_PARAMETERS =
      Field.withDefault(
          "offloadParameters",
          new Flag(),
          false,
          "whether parameters wait in the CPU's memory; needs zeroStage 3");
  private static final Field<Long> STEPS_PER_PRINT =
      Field.withDefault(
          "stepsPerPrint",
          WholeNumber.positive(),
          2000L,
          "iterations between DeepSpeed's own lines in the log");
  private static final Field<Boolean> WALL_CLOCK_BREAKDOWN =
      Field.withDefault(
          "wallClockBreakdown",
          new Flag(),
          false,
          "whether DeepSpeed logs how long each part of a step took");

  static final ObjectOf<Given> TYPE =
      new ObjectOf<>(
          List.of(
              ZERO_STAGE,
              OFFLOAD_OPTIMIZER,
              OFFLOAD_PARAMETERS,
              STEPS_PER_PRINT,
              WALL_CLOCK_BREAKDOWN),
          v ->
              new Given(
                  v.get(ZERO_STAGE).map(Math::toIntExact),
                  v.get(OFFLOAD_OPTIMIZER),
                  v.get(OFFLOAD_PARAMETERS),
                  v.integer(STEPS_PER_PRINT),
                  v.get(WALL_CLOCK_BREAKDOWN)));

  private DeepSpeedSchema() {}
}
