package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code spec.resources}. */
final class ResourcesSchema {
  private static final Words NODES =
      Words.of(
          "a node's name or a range of names",
          "letters, digits, '.' and '-', with at most one range such as [34-35,40]",
          "[A-Za-z0-9][A-Za-z0-9.-]*(\\[[0-9]+([,-][0-9]+)*\\])?",
          128);

  private static final Field<Long> NODE_COUNT =
      Field.required("nodes", new WholeNumber(1, 10_000), "how many nodes one attempt runs on");
  private static final Field<Long> GPUS =
      Field.required("gpusPerNode", new WholeNumber(1, 64), "how many GPUs it uses on each node");
  private static final Field<Optional<String>> PARTITION =
      Field.optional("partition", Words.name("a partition's name"), "SLURM's partition");
  private static final Field<Optional<String>> CONSTRAINT =
      Field.optional(
          "constraint", Words.name("a node feature"), "the feature that nodes must have");
  private static final Field<Optional<String>> QOS =
      Field.optional("qos", Words.name("a quality of service"), "SLURM's quality of service");
  private static final Field<Optional<String>> RESERVATION =
      Field.optional(
          "slurmReservation", Words.name("a reservation's name"), "SLURM's advance reservation");
  private static final Field<Duration> TIME_LIMIT =
      Field.required(
          "timeLimit",
          new TimeSpan(Duration.ofSeconds(10), Duration.ofDays(30)),
          "how long one attempt may run, such as 20h");
  private static final Field<List<String>> EXCLUDE =
      Field.withDefault(
          "exclude", new ListOf<>(NODES, 0, 1000), List.of(), "nodes that must not be used");

  static final ObjectOf<Resources> TYPE =
      new ObjectOf<>(
          List.of(NODE_COUNT, GPUS, PARTITION, CONSTRAINT, QOS, RESERVATION, TIME_LIMIT, EXCLUDE),
          v ->
              new Resources(
                  v.integer(NODE_COUNT),
                  v.integer(GPUS),
                  v.get(PARTITION),
                  v.get(CONSTRAINT),
                  v.get(QOS),
                  v.get(RESERVATION),
                  v.get(TIME_LIMIT),
                  v.get(EXCLUDE)));

  private ResourcesSchema() {}
}
