package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The parts of a cluster profile about the site: its spaces, power, failures and patience. */
final class SiteSchema {
  private static final Words SOURCE =
      Words.of(
          "a source",
          "letters, digits, blanks and . , ; : _ / + @ ( ) ' -, the first a letter or digit",
          "[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N} .,;:_/+@()'-]*",
          300);

  private static final Field<String> AS_OF =
      Field.required(
          "asOf",
          Words.of(
              "a day or a month",
              "such as 2022-07-28 or 2022-07",
              "[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?",
              10),
          "the day or month of which the facts are, such as 2022-07");
  private static final Field<List<String>> SOURCES =
      Field.required("sources", new ListOf<>(SOURCE, 1, 50), "who says so");
  static final ObjectOf<Documented> DOCUMENTED =
      new ObjectOf<>(List.of(AS_OF, SOURCES), v -> new Documented(v.get(AS_OF), v.get(SOURCES)));

  private static final Field<String> HOST =
      Field.required(
          "host",
          Words.of(
              "a host's name",
              "letters, digits, '.', '_' and '-', the first a letter or digit",
              "[A-Za-z0-9][A-Za-z0-9._-]*",
              255),
          "the login node, as ssh takes it");
  private static final Field<Optional<String>> USER =
      Field.optional(
          "user",
          Words.of(
              "a user's name",
              "letters, digits, '.', '_' and '-', the first no '-'",
              "[A-Za-z0-9_.][A-Za-z0-9._-]*",
              64),
          "the user there");
  private static final Field<Duration> CONTROL_PERSIST =
      Field.withDefault(
          "controlPersist",
          new TimeSpan(Duration.ofSeconds(10), Duration.ofDays(1)),
          Duration.ofMinutes(10),
          "how long the one connection stays open between commands");
  private static final ObjectOf<Transport> SSH_OBJECT =
      new ObjectOf<>(
          List.of(HOST, USER, CONTROL_PERSIST),
          v -> new Transport.Ssh(v.get(HOST), v.get(USER), v.get(CONTROL_PERSIST)));
  private static final Field<Optional<Transport>> SSH =
      Field.optional("ssh", SSH_OBJECT, "the login node whose commands are used");
  static final ObjectOf<Transport> TRANSPORT =
      new ObjectOf<>(List.of(SSH), v -> v.get(SSH).orElseGet(() -> new Transport.OnThisMachine()));

  private static final Field<String> SPACE_NAME =
      Field.required("name", Words.name("a space's name"), "what people call it");
  private static final Field<List<String>> PATHS =
      Field.required(
          "paths",
          new ListOf<>(new PathText(), 1, 20),
          "the directories that its files are below, as people and links name them");
  private static final Field<Optional<Long>> BYTES =
      Field.optional("bytes", new ByteCount(1, Long.MAX_VALUE), "its quota, such as 400TB");
  private static final Field<Optional<Long>> INODES =
      Field.optional(
          "inodes", new WholeNumber(1, Long.MAX_VALUE), "its quota of files and directories");
  private static final Field<Space.Per> PER =
      Field.required("per", Choice.of(Space.Per.class), "whose quota it is");
  private static final Field<Optional<Duration>> PURGE_AFTER =
      Field.optional(
          "purgeAfter",
          new TimeSpan(Duration.ofHours(1), Duration.ofDays(3660)),
          "files that nobody has read for so long are deleted");
  private static final Field<Boolean> BACKED_UP =
      Field.withDefault("backedUp", new Flag(), false, "whether the site keeps copies");
  static final ObjectOf<Space> SPACE =
      new ObjectOf<>(
          List.of(SPACE_NAME, PATHS, BYTES, INODES, PER, PURGE_AFTER, BACKED_UP),
          v ->
              new Space(
                  v.get(SPACE_NAME),
                  v.get(PATHS),
                  v.optionalLong(BYTES),
                  v.optionalLong(INODES),
                  v.get(PER),
                  v.get(PURGE_AFTER),
                  v.get(BACKED_UP)));

  private static final Field<Double> VALUE =
      Field.required("value", Decimal.positive(1e6), "the figure");
  private static final Field<String> FIGURE_SOURCE =
      Field.required("source", SOURCE, "where it is from");
  private static final ObjectOf<Sourced> FIGURE =
      new ObjectOf<>(
          List.of(VALUE, FIGURE_SOURCE), v -> new Sourced(v.get(VALUE), v.get(FIGURE_SOURCE)));
  private static final Field<Sourced> CARBON =
      Field.required(
          "carbonGramsPerKwh", FIGURE, "CO2 equivalents of the electricity, in g per kWh");
  private static final Field<Sourced> PUE =
      Field.required("pue", FIGURE, "the site's power for each watt that computes");
  static final ObjectOf<SiteEnergy> ENERGY =
      new ObjectOf<>(List.of(CARBON, PUE), v -> new SiteEnergy(v.get(CARBON), v.get(PUE)));

  private static final Field<Optional<Sourced>> NODE_FAILURES =
      Field.optional(
          "nodeFailuresPerDay", FIGURE, "failures that end a training, per node and day");
  private static final Field<Optional<Duration>> RESTART_TIME =
      Field.optional(
          "restartTime",
          new TimeSpan(Duration.ofSeconds(1), Duration.ofDays(1)),
          "time from a failure to the next step, queueing not counted");
  static final ObjectOf<SiteReliability> RELIABILITY =
      new ObjectOf<>(
          List.of(NODE_FAILURES, RESTART_TIME),
          v -> new SiteReliability(v.get(NODE_FAILURES), v.get(RESTART_TIME)));

  private SiteSchema() {}
}
