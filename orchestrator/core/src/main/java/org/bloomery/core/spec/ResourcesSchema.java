package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** {@code spec.resources}. */
final class ResourcesSchema {
  private static final Words NODES =
      Words.of(
          "a node's name or a range of names",
          "letters, digits, '.' and '-', with at most one range such as [34-35,40]",
          "[A-Za-z0-9][A-Za-z0-9.-]*(\\[[0-9]+([,-][0-9]+)*\\])?",
          128);

  /**
   * Options that change neither what the job gets of what we plan and bill, nor what we rely on to
   * find it again.
   */
  private static final List<String> SBATCH_OPTIONS =
      List.of(
          "acctg-freq",
          "comment",
          "core-spec",
          "cpu-freq",
          "gpu-freq",
          "licenses",
          "mail-type",
          "mail-user",
          "mem",
          "mem-per-cpu",
          "mem-per-gpu",
          "network",
          "nice",
          "prefer",
          "priority",
          "profile",
          "switches",
          "tmp",
          "wckey");

  private static final Choice<String> SBATCH_OPTION = Choice.among(SBATCH_OPTIONS);
  private static final Words SBATCH_VALUE =
      Words.of(
          "an option's value",
          "letters, digits and . _ / + @ : = , % -, the first a letter or digit, no .. and no blanks",
          "(?!.*\\.\\.)[A-Za-z0-9][A-Za-z0-9._/+@:=,%-]*",
          256);

  private static final Field<Long> NODE_COUNT =
      Field.required("nodes", new WholeNumber(1, 10_000), "how many nodes one attempt runs on");
  private static final Field<Long> GPUS =
      Field.required("gpusPerNode", new WholeNumber(1, 64), "how many GPUs it uses on each node");
  private static final Field<Optional<Long>> CPUS =
      Field.optional(
          "cpusPerTask",
          new WholeNumber(1, 1024),
          "cores of each node's one task; what the site gives if absent");
  private static final Field<Boolean> EXCLUSIVE =
      Field.withDefault(
          "exclusive", new Flag(), false, "whether the nodes must not be shared with other jobs");
  private static final Field<Optional<SlurmHint>> HINT =
      Field.optional("hint", Choice.of(SlurmHint.class), "what SLURM is told about cores");
  private static final Field<Optional<String>> SLURM_ACCOUNT =
      Field.optional(
          "slurmAccount",
          Words.name("an account's name"),
          "the account in SLURM, such as six@a100; metadata.account if absent");
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
  private static final Field<SortedMap<String, String>> EXTRA_SBATCH =
      Field.defaulted(
          "extraSbatch",
          new MapOf<>(SBATCH_OPTION, SBATCH_VALUE, SBATCH_OPTIONS.size()),
          "further options of sbatch, such as {mail-user: ada@example.org}");

  static final ObjectOf<Resources> TYPE =
      new ObjectOf<>(
          List.of(
              NODE_COUNT,
              GPUS,
              CPUS,
              EXCLUSIVE,
              HINT,
              SLURM_ACCOUNT,
              PARTITION,
              CONSTRAINT,
              QOS,
              RESERVATION,
              TIME_LIMIT,
              EXCLUDE,
              EXTRA_SBATCH),
          v ->
              new Resources(
                  v.integer(NODE_COUNT),
                  v.integer(GPUS),
                  v.get(CPUS).map(Math::toIntExact),
                  v.get(EXCLUSIVE),
                  v.get(HINT),
                  v.get(SLURM_ACCOUNT),
                  v.get(PARTITION),
                  v.get(CONSTRAINT),
                  v.get(QOS),
                  v.get(RESERVATION),
                  v.get(TIME_LIMIT),
                  v.get(EXCLUDE),
                  v.get(EXTRA_SBATCH)));

  private ResourcesSchema() {}
}
