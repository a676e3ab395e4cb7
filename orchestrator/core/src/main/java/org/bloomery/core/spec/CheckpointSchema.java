package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;
import org.bloomery.core.spec.CheckpointPolicy.Keep;

/** {@code spec.checkpoint}. */
final class CheckpointSchema {
  private static final Field<Long> LAST =
      Field.withDefault("last", new WholeNumber(1, 100_000), 5L, "how many of the newest are kept");
  private static final Field<Optional<Long>> EVERY =
      Field.optional(
          "every", WholeNumber.positive(), "also keep iterations that are a multiple of this");
  private static final Field<List<Long>> PINNED =
      Field.withDefault(
          "pinned",
          new ListOf<>(new WholeNumber(1, 1_000_000_000), 0, 1000),
          List.of(),
          "also keep these iterations");
  private static final ObjectOf<Keep> KEEP_OBJECT =
      new ObjectOf<>(
          List.of(LAST, EVERY, PINNED),
          v -> new Keep(v.integer(LAST), v.get(EVERY).map(Math::toIntExact), v.get(PINNED)));

  private static final Field<String> DIRECTORY =
      Field.required("directory", new PathText(), "where checkpoints go, absolute");
  private static final Field<Long> EVERY_ITERATIONS =
      Field.required("everyIterations", WholeNumber.positive(), "iterations between two saves");
  private static final Field<Keep> KEEP =
      Field.defaulted("keep", KEEP_OBJECT, "which checkpoints outlive the others");

  static final ObjectOf<CheckpointPolicy> TYPE =
      new ObjectOf<>(
          List.of(DIRECTORY, EVERY_ITERATIONS, KEEP),
          v -> new CheckpointPolicy(v.get(DIRECTORY), v.integer(EVERY_ITERATIONS), v.get(KEEP)));

  private CheckpointSchema() {}
}
