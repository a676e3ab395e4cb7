package org.bloomery.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A clock that only events move. They happen one after the other, in one thread; those of one
 * moment in an order that the seed draws.
 */
public final class VirtualTime implements InstantSource {
  /** When every simulation begins. */
  public static final Instant START = Instant.parse("2031-05-04T08:00:00Z");

  private final PriorityQueue<Event> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Event::at)
              .thenComparingLong(Event::tie)
              .thenComparingLong(Event::number));

  private final SplittableRandom ties;
  private Runnable afterEach = () -> {};
  private long millis;
  private long events;
  private long trace;

  private record Event(long at, long tie, long number, String what, Runnable act) {}

  /** A clock at the beginning. */
  public VirtualTime(SplittableRandom ties) {
    this.ties = ties;
  }

  @Override
  public Instant instant() {
    return START.plusMillis(millis);
  }

  /** For how long it has gone. */
  public Duration elapsed() {
    return Duration.ofMillis(millis);
  }

  /** The same in nanoseconds, as a monotonic clock. */
  public long nanos() {
    return millis * 1_000_000;
  }

  /** How many events have happened. */
  public long events() {
    return events;
  }

  /** A number that two simulations share only if the same happened in both, in the same order. */
  public long trace() {
    return trace;
  }

  /** Makes something that happened outside of the queue a part of the trace. */
  public void note(String what) {
    trace = trace * 0x9E3779B97F4A7C15L + what.hashCode() + millis;
  }

  /** Does this after every event. */
  public void afterEach(Runnable check) {
    afterEach = check;
  }

  /** Lets something happen after a while. */
  public void after(Duration delay, String what, Runnable act) {
    long at = millis + Math.max(0, delay.toMillis());
    queue.add(new Event(at, ties.nextInt(), events + queue.size(), what, act));
  }

  /**
   * Lets time go by, with all that happens meanwhile. May be called from within an event: that
   * event then takes so long, or longer, if one that it waited for did.
   */
  public void elapse(Duration span) {
    long until = millis + span.toMillis();
    while (!queue.isEmpty() && queue.peek().at() <= until) {
      Event next = queue.poll();
      millis = Math.max(millis, next.at());
      events++;
      note(next.what());
      next.act().run();
      afterEach.run();
    }
    millis = Math.max(millis, until);
  }
}
