package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.spec.RestartLimits.Backoff;
import org.bloomery.core.spec.RestartLimits.Exclude;

/** {@code spec.restart} and {@code spec.budget}. */
final class PolicySchema {
  private static final WholeNumber FAILURES = new WholeNumber(0, 1000);
  private static final TimeSpan WAIT = new TimeSpan(Duration.ZERO, Duration.ofDays(7));

  private static final Field<Duration> FIRST =
      Field.withDefault("first", WAIT, Duration.ofSeconds(5), "the wait after the first failure");
  private static final Field<Duration> LONGEST =
      Field.withDefault("maximum", WAIT, Duration.ofMinutes(10), "the longest wait");
  private static final ObjectOf<Backoff> BACKOFF_OBJECT =
      new ObjectOf<>(List.of(FIRST, LONGEST), v -> new Backoff(v.get(FIRST), v.get(LONGEST)));

  private static final Field<Duration> EXCLUDED_FOR =
      Field.withDefault(
          "for",
          new TimeSpan(Duration.ZERO, Duration.ofDays(365)),
          Duration.ofHours(24),
          "how long a node is not used that was blamed for the end of an attempt");
  private static final Field<Long> EXCLUDED_MAX =
      Field.withDefault(
          "maximum", new WholeNumber(0, 1000), 5L, "how many nodes are excluded at once");
  private static final ObjectOf<Exclude> EXCLUDE_OBJECT =
      new ObjectOf<>(
          List.of(EXCLUDED_FOR, EXCLUDED_MAX),
          v -> new Exclude(v.get(EXCLUDED_FOR), v.integer(EXCLUDED_MAX)));

  private static final Field<Long> MAXIMUM_FAILURES =
      Field.withDefault(
          "maximumFailures", FAILURES, 5L, "failures in a row without a newer checkpoint");
  private static final Field<SortedMap<EndCause, Long>> PER_CAUSE =
      Field.defaulted(
          "perCause",
          new MapOf<>(Choice.ofCauses(), FAILURES, 50),
          "tighter limits for single causes, such as hang: 2");
  private static final Field<Backoff> BACKOFF =
      Field.defaulted("backoff", BACKOFF_OBJECT, "the wait before the next attempt");

  private static final Field<Optional<Boolean>> PREPARE_SUCCESSOR =
      Field.optional(
          "prepareSuccessor",
          new Flag(),
          "whether the next attempt's job is queued while one runs; by default as the site's"
              + " profile advises");
  private static final Field<Exclude> EXCLUDE =
      Field.defaulted("exclude", EXCLUDE_OBJECT, "how blamed nodes are kept from next attempts");

  static final ObjectOf<RestartLimits> RESTART =
      new ObjectOf<>(
          List.of(MAXIMUM_FAILURES, PER_CAUSE, BACKOFF, PREPARE_SUCCESSOR, EXCLUDE),
          v ->
              new RestartLimits(
                  v.integer(MAXIMUM_FAILURES),
                  integers(v.get(PER_CAUSE)),
                  v.get(BACKOFF),
                  v.get(PREPARE_SUCCESSOR),
                  v.get(EXCLUDE)));

  private static final Field<Double> GPU_HOURS =
      Field.required(
          "gpuHours", Decimal.positive(1e9), "the most that all attempts together may be charged");
  private static final Field<OnExhausted> ON_EXHAUSTED =
      Field.withDefault(
          "onExhausted",
          Choice.of(OnExhausted.class),
          OnExhausted.SAVE_AND_STOP,
          "what happens when it is used up");

  static final ObjectOf<RunBudget> BUDGET =
      new ObjectOf<>(
          List.of(GPU_HOURS, ON_EXHAUSTED),
          v -> new RunBudget(GpuSeconds.ofHours(v.get(GPU_HOURS)), v.get(ON_EXHAUSTED)));

  private PolicySchema() {}

  private static SortedMap<EndCause, Integer> integers(SortedMap<EndCause, Long> limits) {
    SortedMap<EndCause, Integer> result = new TreeMap<>();
    limits.forEach((cause, limit) -> result.put(cause, Math.toIntExact(limit)));
    return result;
  }
}
