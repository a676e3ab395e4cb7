package org.bloomery.core.report;

import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunHistory;
import org.bloomery.core.training.Pauses;

/**
 * What one posting was spent on, to the second: the parts sum to it exactly.
 *
 * <p>It rests on what the history of the run has recorded: the steps and their times, those of
 * saves and validations, how many steps were done again, and why the attempt ended.
 *
 * @param parts GPU-seconds by what they were spent on; every kind has a value
 */
public record WasteSplit(Map<WasteKind, Long> parts) {
  /** Of nothing. */
  public static final WasteSplit NONE = new WasteSplit(Map.of());

  public WasteSplit {
    Map<WasteKind, Long> all = new EnumMap<>(WasteKind.class);
    for (WasteKind kind : WasteKind.values()) {
      all.put(kind, parts.getOrDefault(kind, 0L));
    }
    parts = Collections.unmodifiableMap(all);
  }

  public long of(WasteKind kind) {
    return parts.get(kind);
  }

  public long sum() {
    return parts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Of a job that was no attempt's. */
  public static WasteSplit surplus(Posting posting) {
    return all(WasteKind.LOST, posting.charged().value());
  }

  private static WasteSplit all(WasteKind kind, long gpuSeconds) {
    Map<WasteKind, Long> one = new EnumMap<>(WasteKind.class);
    one.put(kind, gpuSeconds);
    return new WasteSplit(one);
  }

  /** Of an attempt that is billed. */
  public static WasteSplit of(RunHistory.AttemptSummary attempt) {
    Posting posting = attempt.posting().orElseThrow();
    long charged = posting.charged().value();
    if (attempt.end().isEmpty()) {
      return all(WasteKind.OTHER, charged);
    }
    RunEvent.AttemptEnded end = attempt.end().get();
    double elapsed = posting.end().getEpochSecond() - posting.start().getEpochSecond();
    return switch (end.cause()) {
      case PREFLIGHT -> all(WasteKind.PREFLIGHT, charged);
      case FENCED -> all(WasteKind.OTHER, charged);
      case NOT_BOUND -> all(WasteKind.START_UP, charged);
      case COMPLETED,
          PLANNED_EXIT,
          TIME_LIMIT,
          STOPPED,
          CANCELLED,
          PREEMPTED,
          NODE_FAILURE,
          GPU_FAULT,
          COMMUNICATION_FAULT,
          GPU_OUT_OF_MEMORY,
          HOST_OUT_OF_MEMORY,
          RANK_KILLED,
          DISK_FULL,
          CHECKPOINT_DAMAGED,
          WRONG_START,
          USER_CODE,
          HANG,
          UNKNOWN ->
          trained(charged, attempt.lost().value(), elapsed, end);
    };
  }

  /** What is lost is known in GPU-seconds; the rest is dealt out by the times that are known. */
  private static WasteSplit trained(
      long charged, long lost, double elapsed, RunEvent.AttemptEnded end) {
    if (elapsed <= 0) {
      return all(WasteKind.OTHER, charged);
    }
    double secondsLost = elapsed * lost / Math.max(1, charged);
    double left = elapsed - secondsLost;
    Map<WasteKind, Double> seconds = new EnumMap<>(WasteKind.class);
    Pauses measured = end.pauses().orElse(Pauses.NONE);
    left -= take(seconds, WasteKind.CHECKPOINT_SAVE, measured.saveSeconds(), left);
    left -= take(seconds, WasteKind.VALIDATION, measured.validationSeconds(), left);
    double kept = end.stepSeconds() - secondsLost;
    left -= take(seconds, WasteKind.PRODUCTIVE, kept, left);
    take(seconds, end.cause() == EndCause.HANG ? WasteKind.HANG : WasteKind.START_UP, left, left);
    Map<WasteKind, Long> parts = dealt(charged - lost, seconds);
    parts.put(WasteKind.LOST, lost);
    return new WasteSplit(parts);
  }

  private static double take(
      Map<WasteKind, Double> seconds, WasteKind kind, double wanted, double left) {
    double taken = Math.max(0, Math.min(wanted, left));
    seconds.put(kind, taken);
    return taken;
  }

  /** Whole numbers in proportion, which sum to the whole: the largest remainders are rounded up. */
  private static Map<WasteKind, Long> dealt(long whole, Map<WasteKind, Double> seconds) {
    double sum = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    Map<WasteKind, Long> parts = new EnumMap<>(WasteKind.class);
    Map<WasteKind, Double> remainders = new EnumMap<>(WasteKind.class);
    long dealt = 0;
    for (Map.Entry<WasteKind, Double> one : seconds.entrySet()) {
      double exact = sum == 0 ? 0 : whole * (one.getValue() / sum);
      long floor = Math.min((long) exact, whole - dealt);
      parts.put(one.getKey(), floor);
      remainders.put(one.getKey(), exact - floor);
      dealt += floor;
    }
    List<WasteKind> order =
        remainders.entrySet().stream()
            .sorted(
                Comparator.comparing((Map.Entry<WasteKind, Double> one) -> -one.getValue())
                    .thenComparing(Map.Entry::getKey))
            .map(Map.Entry::getKey)
            .toList();
    for (int i = 0; dealt < whole; i++, dealt++) {
      parts.merge(order.get(i % order.size()), 1L, Long::sum);
    }
    return parts;
  }
}
