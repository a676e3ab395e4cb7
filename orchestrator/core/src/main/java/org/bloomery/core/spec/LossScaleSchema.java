package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;

/** {@code spec.training.lossScale}. */
final class LossScaleSchema {
  private static final Field<Optional<Double>> FIXED =
      Field.optional(
          "fixed", Decimal.positive(4_294_967_296.0), "one factor for all time, such as 4096");
  private static final Field<Long> INITIAL_POWER =
      Field.withDefault(
          "initialPower", new WholeNumber(0, 32), 16L, "the first factor is two to this power");
  private static final Field<Long> WINDOW =
      Field.withDefault(
          "window",
          WholeNumber.positive(),
          1000L,
          "iterations without overflow before the factor is doubled");
  private static final Field<Long> HYSTERESIS =
      Field.withDefault(
          "hysteresis", new WholeNumber(1, 1000), 2L, "overflows before the factor is halved");
  private static final Field<Double> MINIMUM =
      Field.withDefault(
          "minimum", Decimal.positive(4_294_967_296.0), 1.0, "the factor never falls below");

  static final ObjectOf<LossScale> TYPE =
      new ObjectOf<>(
          List.of(FIXED, INITIAL_POWER, WINDOW, HYSTERESIS, MINIMUM), LossScaleSchema::build);

  private LossScaleSchema() {}

  private static LossScale build(Values v) {
    LossScale dynamic =
        new LossScale.Dynamic(
            v.integer(INITIAL_POWER), v.integer(WINDOW), v.integer(HYSTERESIS), v.get(MINIMUM));
    return v.get(FIXED).map(factor -> (LossScale) new LossScale.Fixed(factor)).orElse(dynamic);
  }
}
