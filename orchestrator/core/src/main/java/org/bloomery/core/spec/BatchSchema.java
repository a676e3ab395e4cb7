package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;

/** {@code spec.batch}. */
final class BatchSchema {
  private static final Field<Long> START =
      Field.required("start", WholeNumber.positive(), "the first global batch, in samples");
  private static final Field<Long> INCREMENT =
      Field.required("increment", WholeNumber.positive(), "samples that each step adds");
  private static final Field<Long> RAMP_SAMPLES =
      Field.required(
          "samples",
          new WholeNumber(1, 1_000_000_000_000L),
          "consumed samples at which the full batch is reached");

  private static final ObjectOf<Batch.RampUp> RAMP_UP =
      new ObjectOf<>(
          List.of(START, INCREMENT, RAMP_SAMPLES),
          v -> new Batch.RampUp(v.integer(START), v.integer(INCREMENT), v.get(RAMP_SAMPLES)));

  private static final Field<Long> MICRO =
      Field.required(
          "micro", WholeNumber.positive(), "samples that a replica takes through at once");
  private static final Field<Long> GLOBAL =
      Field.required("global", WholeNumber.positive(), "samples per iteration over all replicas");
  private static final Field<Optional<Batch.RampUp>> RAMP =
      Field.optional("rampUp", RAMP_UP, "a global batch that grows at the start");

  static final ObjectOf<Batch> TYPE =
      new ObjectOf<>(
          List.of(MICRO, GLOBAL, RAMP),
          v -> new Batch(v.integer(MICRO), v.integer(GLOBAL), v.get(RAMP)));

  private BatchSchema() {}
}
