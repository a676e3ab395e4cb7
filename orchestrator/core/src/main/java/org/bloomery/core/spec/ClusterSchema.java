package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The whole document {@code kind: ClusterProfile}. */
final class ClusterSchema {
  static final String KIND = "ClusterProfile";

  private static final TimeSpan SHORT = new TimeSpan(Duration.ZERO, Duration.ofHours(1));
  private static final TimeSpan POLL = new TimeSpan(Duration.ofSeconds(1), Duration.ofHours(1));

  private static final Field<String> NAME =
      Field.required("name", Words.name("a cluster's name"), "the name that specs use");
  private static final ObjectOf<String> METADATA_OBJECT =
      new ObjectOf<>(List.of(NAME), v -> v.get(NAME));

  private static final Field<ResourceManagerKind> RESOURCE_MANAGER =
      Field.required(
          "resourceManager", Choice.of(ResourceManagerKind.class), "what starts jobs there");
  private static final Field<String> RUNS_ROOT =
      Field.required("runsRoot", new PathText(), "directory of scripts and logs, never purged");
  private static final Field<Long> DEVICES =
      Field.required("devicesPerNode", new WholeNumber(1, 64), "GPUs, or CPU ranks, per node");
  private static final Field<Optional<Long>> MEMORY =
      Field.optional(
          "deviceMemory", new ByteCount(1, Long.MAX_VALUE), "memory of one device, such as 80GiB");
  private static final Field<Optional<Double>> TFLOPS =
      Field.optional(
          "sustainedTflopsPerDevice",
          Decimal.positive(1e6),
          "what trainings reach there, as measured; without it no duration is predicted");
  private static final Field<Duration> SEAL_DISTANCE =
      Field.required(
          "sealScanDistance", SHORT, "time between two equal scans before a checkpoint counts");
  private static final Field<Duration> POLL_INTERVAL =
      Field.required("pollInterval", POLL, "time between two looks at the resource manager");
  private static final Field<Duration> QUIET_PERIOD =
      Field.required(
          "quietPeriod",
          SHORT,
          "how long an unanswered submit is looked for before it is repeated");
  private static final Field<Duration> GO_WAIT =
      Field.withDefault(
          "goWait", SHORT, Duration.ofMinutes(2), "how long a started job waits to be told to go");
  private static final Field<Duration> KILL_WAIT =
      Field.withDefault(
          "killWait",
          SHORT,
          Duration.ofSeconds(60),
          "time between the polite and the hard signal when a job is ended");

  private static final ObjectOf<Values> BODY_OBJECT =
      new ObjectOf<>(
          List.of(
              RESOURCE_MANAGER,
              RUNS_ROOT,
              DEVICES,
              MEMORY,
              TFLOPS,
              SEAL_DISTANCE,
              POLL_INTERVAL,
              QUIET_PERIOD,
              GO_WAIT,
              KILL_WAIT),
          v -> v);

  private static final Field<String> VERSION =
      Field.required(
          "apiVersion",
          new Exactly(RunSchema.API_VERSION, SpecCode.UNKNOWN_API_VERSION),
          "the format's version, " + RunSchema.API_VERSION);
  private static final Field<String> KIND_FIELD =
      Field.required("kind", new Exactly(KIND, SpecCode.WRONG_DOCUMENT), "the kind, " + KIND);
  private static final Field<String> METADATA =
      Field.required("metadata", METADATA_OBJECT, "the name");
  private static final Field<Values> SPEC =
      Field.required("spec", BODY_OBJECT, "what is true of the cluster");

  static final ObjectOf<ClusterProfile> DOCUMENT =
      new ObjectOf<>(
          List.of(VERSION, KIND_FIELD, METADATA, SPEC),
          v -> assemble(v.get(METADATA), v.get(SPEC)));

  private ClusterSchema() {}

  private static ClusterProfile assemble(String name, Values body) {
    return new ClusterProfile(
        name,
        body.get(RESOURCE_MANAGER),
        body.get(RUNS_ROOT),
        body.integer(DEVICES),
        body.get(MEMORY).map(OptionalLong::of).orElseGet(OptionalLong::empty),
        body.get(TFLOPS).map(OptionalDouble::of).orElseGet(OptionalDouble::empty),
        body.get(SEAL_DISTANCE),
        body.get(POLL_INTERVAL),
        body.get(QUIET_PERIOD),
        body.get(GO_WAIT),
        body.get(KILL_WAIT));
  }
}
