package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;

/** {@code spec.training.lossScale}. */
final class LossScaleSchema {
  private static final Field<Optional<Double>> FIXED =
      Field.optional(
          "fixed", Decimal.positive(4_294_967_296.0), "one factor for all time, such as 4096");
  private static final Field<Optional<Long>> INITIAL_POWER =
      Field.optional(
          "initialPower",
          new WholeNumber(0, 32),
          "the first factor is two to this power; 16 if absent");
  private static final Field<Optional<Long>> WINDOW =
      Field.optional(
          "window",
          WholeNumber.positive(),
          "iterations without overflow before the factor is doubled; 1000 if absent");
  private static final Field<Optional<Long>> HYSTERESIS =
      Field.optional(
          "hysteresis",
          new WholeNumber(1, 1000),
          "overflows before the factor is halved; 2 if absent");
  private static final Field<Optional<Double>> MINIMUM =
      Field.optional(
          "minimum",
          Decimal.positive(4_294_967_296.0),
          "the factor never falls below; 1 if absent");

  static final ObjectOf<LossScale> TYPE =
      new ObjectOf<>(
          List.of(FIXED, INITIAL_POWER, WINDOW, HYSTERESIS, MINIMUM), LossScaleSchema::build);

  private LossScaleSchema() {}

  private static LossScale build(Values v) {
    LossScale dynamic =
        new LossScale.Dynamic(
            Math.toIntExact(v.get(INITIAL_POWER).orElse(16L)),
            Math.toIntExact(v.get(WINDOW).orElse(1000L)),
            Math.toIntExact(v.get(HYSTERESIS).orElse(2L)),
            v.get(MINIMUM).orElse(1.0));
    return v.get(FIXED).map(factor -> (LossScale) new LossScale.Fixed(factor)).orElse(dynamic);
  }
}
