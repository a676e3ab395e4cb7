package org.bloomery.core.budget;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How an allocation was used, day by day, and when nothing will be left of it if that goes on.
 *
 * @param daily GPU-seconds that were billed on each day on which there were some
 * @param today the last day that counts
 */
public record BurnDown(SortedMap<LocalDate, Long> daily, LocalDate today) {
  /** Over so many days, today included, the rate is taken. */
  public static final int RATE_DAYS = 14;

  /** Eight of ten values lie within so many standard deviations of the mean. */
  private static final double BAND = 1.2816;

  /** Beyond a hundred years nobody asks. */
  private static final double DAYS_MAX = 36_500;

  public BurnDown {
    daily = Collections.unmodifiableSortedMap(new TreeMap<>(daily));
  }

  /**
   * When nothing will be left.
   *
   * @param expected absent while nothing is used
   * @param earliest with 90 % probability it lasts longer, if days stay as different as they were
   * @param latest likewise; absent if it may last for ever
   */
  public record Dry(
      Optional<LocalDate> expected, Optional<LocalDate> earliest, Optional<LocalDate> latest) {}

  /** What is left after one day. */
  public record Point(LocalDate day, long leftGpuSeconds) {}

  public long posted() {
    return daily.values().stream().mapToLong(Long::longValue).sum();
  }

  /** GPU-seconds a day of late; what runs and is not billed yet counts, too. */
  public double perDay(long running) {
    return (lately().stream().mapToLong(Long::longValue).sum() + running) / (double) RATE_DAYS;
  }

  private List<Long> lately() {
    List<Long> days = new ArrayList<>();
    for (int back = 0; back < RATE_DAYS; back++) {
      days.add(daily.getOrDefault(today.minusDays(back), 0L));
    }
    return days;
  }

  /** The forecast for what is left now. */
  public Dry dry(long left, long running) {
    double rate = perDay(running);
    double mean = perDay(0);
    double squares =
        lately().stream().mapToDouble(day -> (day - mean) * (day - mean)).sum() / (RATE_DAYS - 1);
    double spread = BAND * Math.sqrt(squares / RATE_DAYS);
    return new Dry(day(left, rate), day(left, rate + spread), day(left, rate - spread));
  }

  private Optional<LocalDate> day(long left, double rate) {
    if (left <= 0) {
      return Optional.of(today);
    }
    double days = rate <= 0 ? DAYS_MAX : left / rate;
    return days < DAYS_MAX ? Optional.of(today.plusDays((long) days)) : Optional.empty();
  }

  /** What was left after each day on which something was billed, of so much at first. */
  public List<Point> points(long limit) {
    List<Point> points = new ArrayList<>();
    long left = limit;
    for (Map.Entry<LocalDate, Long> one : daily.entrySet()) {
      left -= one.getValue();
      points.add(new Point(one.getKey(), left));
    }
    return points;
  }
}
