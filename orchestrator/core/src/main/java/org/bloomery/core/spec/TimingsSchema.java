package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;

/** {@code spec.timings} of a cluster profile. */
final class TimingsSchema {
  private static final TimeSpan SHORT = new TimeSpan(Duration.ZERO, Duration.ofHours(1));
  private static final TimeSpan POLL = new TimeSpan(Duration.ofSeconds(1), Duration.ofHours(1));
  private static final TimeSpan LONG = new TimeSpan(Duration.ZERO, Duration.ofDays(7));

  private static final Field<Duration> SEAL_DISTANCE =
      Field.required(
          "sealScanDistance", SHORT, "time between two equal scans before a checkpoint counts");
  private static final Field<Duration> POLL_INTERVAL =
      Field.required("pollInterval", POLL, "time between two looks at the resource manager");
  private static final Field<Duration> POLL_FLOOR =
      Field.withDefault(
          "pollFloor",
          POLL,
          Duration.ofSeconds(30),
          "the shortest pollInterval that the site allows");
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
  private static final Field<Duration> NODE_FAIL_GRACE =
      Field.withDefault(
          "nodeFailGrace",
          SHORT,
          Duration.ofMinutes(5),
          "how long after a node's failure the next attempt waits");
  private static final Field<Duration> ACCOUNTING_GRACE =
      Field.withDefault(
          "accountingGrace",
          LONG,
          Duration.ofMinutes(30),
          "how long accounting may be silent before a job's end is judged without it");
  private static final Field<Long> LOST_LOOKS =
      Field.withDefault(
          "lostLooks",
          new WholeNumber(1, 10_000),
          20L,
          "looks in a row that must miss a job before it counts as over without accounting");
  private static final Field<Duration> LOST_AFTER =
      Field.withDefault("lostAfter", LONG, Duration.ofHours(2), "how long these looks must span");

  static final ObjectOf<SiteTimings> TYPE =
      new ObjectOf<>(
          List.of(
              SEAL_DISTANCE,
              POLL_INTERVAL,
              POLL_FLOOR,
              QUIET_PERIOD,
              GO_WAIT,
              KILL_WAIT,
              NODE_FAIL_GRACE,
              ACCOUNTING_GRACE,
              LOST_LOOKS,
              LOST_AFTER),
          v ->
              new SiteTimings(
                  v.get(SEAL_DISTANCE),
                  v.get(POLL_INTERVAL),
                  v.get(POLL_FLOOR),
                  v.get(QUIET_PERIOD),
                  v.get(GO_WAIT),
                  v.get(KILL_WAIT),
                  v.get(NODE_FAIL_GRACE),
                  v.get(ACCOUNTING_GRACE),
                  v.integer(LOST_LOOKS),
                  v.get(LOST_AFTER)));

  private TimingsSchema() {}
}
