package org.bloomery.core.spec;

import java.time.LocalDate;
import java.util.List;
import org.bloomery.core.ledger.GpuSeconds;

/** The whole document {@code kind: Allocation}, and its rules. */
final class AllocationSchema {
  static final String KIND = "Allocation";

  private static final String PERIOD_FROM = "spec.period.from";
  private static final String PERIOD_TO = "spec.period.to";
  private static final String WARNINGS = "spec.warnAt";

  private record Period(LocalDate from, LocalDate to) {}

  private static final Field<String> NAME =
      Field.required("name", Words.name("an allocation's name"), "the name in reports");
  private static final ObjectOf<String> METADATA_OBJECT =
      new ObjectOf<>(List.of(NAME), v -> v.get(NAME));

  private static final Field<LocalDate> FROM =
      Field.required("from", new CalendarDay(), "its first day, such as 2022-02-01");
  private static final Field<LocalDate> TO =
      Field.required("to", new CalendarDay(), "its last day");
  private static final ObjectOf<Period> PERIOD_OBJECT =
      new ObjectOf<>(List.of(FROM, TO), v -> new Period(v.get(FROM), v.get(TO)));

  private static final Field<String> ACCOUNT =
      Field.required("account", Words.name("an account's name"), "the account of its runs");
  private static final Field<String> CLUSTER =
      Field.required("cluster", Words.name("a cluster's name"), "a cluster profile's name");
  private static final Field<String> GPU_TYPE =
      Field.required("gpuType", Words.name("a type of device"), "for what devices, such as a100");
  private static final Field<Period> PERIOD =
      Field.required("period", PERIOD_OBJECT, "when its hours may be used");
  private static final Field<Double> GPU_HOURS =
      Field.required("gpuHours", Decimal.positive(1e9), "how many GPU-hours are granted");
  private static final Field<List<Double>> WARN_AT =
      Field.withDefault(
          "warnAt",
          new ListOf<>(Decimal.positive(10), 0, 20),
          List.of(0.8, 0.95),
          "shares of the grant whose use people are told of");
  private static final Field<Double> OVERDRAFT =
      Field.withDefault(
          "overdraft",
          Decimal.fromZero(10),
          0.0,
          "share of the grant that may be used beyond it, such as 0.25");
  private static final Field<Double> CARRY_OVER =
      Field.withDefault(
          "carryOver",
          Decimal.fromZero(1),
          0.0,
          "share of what the allocation before it leaves over that is added to this one");

  private static final Field<Double> SHARE =
      Field.required("share", Decimal.positive(1), "the most that it may use, such as 0.5");
  private static final Field<String> USER =
      Field.required("user", Words.name("a user's name"), "whose share it is");
  private static final ObjectOf<AllocationShare> USER_OBJECT =
      new ObjectOf<>(
          List.of(USER, SHARE),
          v ->
              new AllocationShare(AllocationShare.Kind.USER, v.get(USER), v.get(SHARE), List.of()));
  private static final Field<String> TEAM =
      Field.required("team", Words.name("a team's name"), "as in the label team of its runs");
  private static final Field<List<AllocationShare>> USERS =
      Field.withDefault(
          "users", new ListOf<>(USER_OBJECT, 0, 100), List.of(), "shares of the team's share");
  private static final ObjectOf<AllocationShare> TEAM_OBJECT =
      new ObjectOf<>(
          List.of(TEAM, SHARE, USERS),
          v ->
              new AllocationShare(
                  AllocationShare.Kind.TEAM, v.get(TEAM), v.get(SHARE), v.get(USERS)));
  private static final Field<List<AllocationShare>> SHARES =
      Field.withDefault(
          "shares",
          new ListOf<>(TEAM_OBJECT, 0, 100),
          List.of(),
          "what teams may use of it at most; others are not bound");
  private static final ObjectOf<Values> BODY_OBJECT =
      new ObjectOf<>(
          List.of(
              ACCOUNT,
              CLUSTER,
              GPU_TYPE,
              PERIOD,
              GPU_HOURS,
              WARN_AT,
              OVERDRAFT,
              CARRY_OVER,
              SHARES),
          v -> v);

  private static final Field<String> VERSION = RunSchema.version();
  private static final Field<String> KIND_FIELD = RunSchema.kind(KIND);
  private static final Field<String> METADATA =
      Field.required("metadata", METADATA_OBJECT, "the name");
  private static final Field<Values> SPEC =
      Field.required("spec", BODY_OBJECT, "what was granted to whom, and when");

  static final ObjectOf<Allocation> DOCUMENT =
      new ObjectOf<>(
          List.of(VERSION, KIND_FIELD, METADATA, SPEC),
          v -> assemble(v.get(METADATA), v.get(SPEC)));

  private AllocationSchema() {}

  private static Allocation assemble(String name, Values body) {
    return new Allocation(
        name,
        body.get(ACCOUNT),
        body.get(CLUSTER),
        body.get(GPU_TYPE),
        body.get(PERIOD).from(),
        body.get(PERIOD).to(),
        GpuSeconds.ofHours(body.get(GPU_HOURS)),
        body.get(WARN_AT),
        body.get(OVERDRAFT),
        body.get(CARRY_OVER),
        body.get(SHARES));
  }

  static void check(Facts facts) {
    boolean backwards =
        facts.has(PERIOD_FROM, PERIOD_TO)
            && facts
                .value(PERIOD_TO, LocalDate.class)
                .isBefore(facts.value(PERIOD_FROM, LocalDate.class));
    if (backwards) {
      facts.problem(
          SpecCode.ALLOCATION,
          PERIOD_TO,
          "the period ends before it begins",
          "Give its first day as from and its last day as to.");
    }
    for (int i = 1; i < facts.size(WARNINGS); i++) {
      String lower = WARNINGS + "[" + (i - 1) + "]";
      String path = WARNINGS + "[" + i + "]";
      if (facts.has(lower, path) && facts.decimal(path) <= facts.decimal(lower)) {
        facts.problem(
            SpecCode.ALLOCATION,
            path,
            facts.decimal(path) + " follows " + facts.decimal(lower),
            "Order the levels from the smallest on.");
      }
    }
  }
}
