package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One item of {@code spec.partitions} of a cluster profile. */
final class PartitionSchema {
  private static final ByteCount MEMORY_SIZE = new ByteCount(1, Long.MAX_VALUE);
  private static final TimeSpan JOB_TIME =
      new TimeSpan(Duration.ofMinutes(1), Duration.ofDays(366));

  private static final Field<String> TYPE_NAME =
      Field.required(
          "type", Words.name("a device's type"), "what the device is, such as a100-80gb");
  private static final Field<Optional<Long>> MEMORY =
      Field.optional("memory", MEMORY_SIZE, "memory of one device, such as 80GiB");
  private static final Field<Optional<Double>> BOARD_WATTS =
      Field.optional("boardWatts", Decimal.positive(1e5), "power of its board, in watts");
  private static final Field<Optional<Double>> PEAK_TFLOPS =
      Field.optional(
          "peakTflops",
          Decimal.positive(1e6),
          "TFLOP/s in half precision on dense matrices, by its maker's sheet");
  private static final Field<Optional<Double>> SUSTAINED_TFLOPS =
      Field.optional(
          "sustainedTflops",
          Decimal.positive(1e6),
          "TFLOP/s that trainings reach there, as measured; without it no duration is predicted");
  private static final Field<List<Precision>> PRECISIONS =
      Field.withDefault(
          "precisions",
          new ListOf<>(Choice.of(Precision.class), 1, 3),
          List.of(Precision.values()),
          "number formats that it computes in fast");
  private static final ObjectOf<Partition.Device> DEVICE_OBJECT =
      new ObjectOf<>(
          List.of(TYPE_NAME, MEMORY, BOARD_WATTS, PEAK_TFLOPS, SUSTAINED_TFLOPS, PRECISIONS),
          v ->
              new Partition.Device(
                  v.get(TYPE_NAME),
                  v.optionalLong(MEMORY),
                  v.optionalDouble(BOARD_WATTS),
                  v.optionalDouble(PEAK_TFLOPS),
                  v.optionalDouble(SUSTAINED_TFLOPS),
                  v.get(PRECISIONS)));

  private static final Field<String> FEATURE =
      Field.required("name", Words.name("a node feature"), "the feature, such as v100-32g");
  private static final Field<Optional<Long>> FEATURE_MEMORY =
      Field.optional("deviceMemory", MEMORY_SIZE, "memory of a device of nodes with it");
  private static final ObjectOf<Partition.Constraint> CONSTRAINT_OBJECT =
      new ObjectOf<>(
          List.of(FEATURE, FEATURE_MEMORY),
          v -> new Partition.Constraint(v.get(FEATURE), v.optionalLong(FEATURE_MEMORY)));

  private static final Field<String> NAME =
      Field.required("name", Words.name("a partition's name"), "as SLURM calls it");
  private static final Field<Long> NODES =
      Field.required("nodes", new WholeNumber(1, 100_000), "how many nodes it has");
  private static final Field<Long> DEVICES =
      Field.required("devicesPerNode", new WholeNumber(1, 64), "GPUs, or CPU ranks, per node");
  private static final Field<Partition.Device> DEVICE =
      Field.required("device", DEVICE_OBJECT, "what one device is");
  private static final Field<Optional<Long>> CORES =
      Field.optional("coresPerNode", WholeNumber.positive(), "cores that a job can have of a node");
  private static final Field<Optional<Long>> CORES_PER_DEVICE =
      Field.optional(
          "coresPerDevice", WholeNumber.positive(), "cores that are given with each device");
  private static final Field<Long> THREADS =
      Field.withDefault(
          "threadsPerCore", new WholeNumber(1, 16), 1L, "CPUs of one core, as SLURM counts them");
  private static final Field<List<Partition.Constraint>> CONSTRAINTS =
      Field.withDefault(
          "constraints",
          new ListOf<>(CONSTRAINT_OBJECT, 0, 20),
          List.of(),
          "node features that select its nodes");
  private static final Field<Boolean> CONSTRAINT_REQUIRED =
      Field.withDefault(
          "constraintRequired", new Flag(), false, "whether a job without one is refused");
  private static final Field<Optional<String>> ACCOUNT_SUFFIX =
      Field.optional(
          "accountSuffix",
          Words.of(
              "the end of an account's name",
              "letters, digits and . _ @ -",
              "[A-Za-z0-9._@-]+",
              64),
          "with which accounts end that may compute there, such as @a100");
  private static final Field<Optional<Duration>> MAXIMUM_TIME =
      Field.optional("maximumTime", JOB_TIME, "the longest time limit, such as 100h");
  private static final Field<Optional<Duration>> DEFAULT_TIME =
      Field.optional("defaultTime", JOB_TIME, "what a job gets that names no time limit");
  private static final Field<Boolean> INTERNET =
      Field.withDefault("internet", new Flag(), false, "whether its nodes reach the internet");

  static final ObjectOf<Partition> TYPE =
      new ObjectOf<>(
          List.of(
              NAME,
              NODES,
              DEVICES,
              DEVICE,
              CORES,
              CORES_PER_DEVICE,
              THREADS,
              CONSTRAINTS,
              CONSTRAINT_REQUIRED,
              ACCOUNT_SUFFIX,
              MAXIMUM_TIME,
              DEFAULT_TIME,
              INTERNET),
          v ->
              new Partition(
                  v.get(NAME),
                  v.integer(NODES),
                  v.integer(DEVICES),
                  v.get(DEVICE),
                  v.optionalInteger(CORES),
                  v.optionalInteger(CORES_PER_DEVICE),
                  v.integer(THREADS),
                  v.get(CONSTRAINTS),
                  v.get(CONSTRAINT_REQUIRED),
                  v.get(ACCOUNT_SUFFIX),
                  v.get(MAXIMUM_TIME),
                  v.get(DEFAULT_TIME),
                  v.get(INTERNET)));

  private PartitionSchema() {}
}
