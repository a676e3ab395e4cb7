package org.bloomery.simulation;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bloomery.core.observe.EndCause;

/**
 * How often a run was begun anew without any progress in between, by the causes of the ends: so
 * often, and no more; and never sooner than the time before.
 */
final class Restarts {
  /** What the spec of all simulated runs says. */
  private static final int MOST = 4;

  /** What others do to a training counts against nobody, as often as they do it. */
  private static final List<EndCause> FREE = List.of(EndCause.PREEMPTED, EndCause.STOPPED);

  private final Map<EndCause, Integer> ends = new EnumMap<>(EndCause.class);
  private final Map<EndCause, Duration> waits = new EnumMap<>(EndCause.class);
  private Optional<EndCause> last = Optional.empty();

  /** There is progress, or a person has taken the matter in hand: all begins anew. */
  void forget() {
    ends.clear();
    waits.clear();
    last = Optional.empty();
  }

  void ended(EndCause cause) {
    ends.merge(cause, 1, Integer::sum);
    last = Optional.of(cause);
  }

  /**
   * The run goes on after a while.
   *
   * @return what is wrong with that, if it follows the end of an attempt and something is
   */
  Optional<String> goesOn(Duration wait) {
    Optional<EndCause> cause = last.filter(one -> !FREE.contains(one));
    last = Optional.empty();
    if (cause.isEmpty()) {
      return Optional.empty();
    }
    int count = ends.get(cause.get());
    Duration before = waits.getOrDefault(cause.get(), Duration.ZERO);
    waits.put(cause.get(), wait);
    if (count > MOST) {
      return Optional.of("it goes on after " + count + " x " + cause.get().words());
    }
    return wait.compareTo(before) < 0
        ? Optional.of("it waits " + wait + " after " + cause.get().words() + ", before " + before)
        : Optional.empty();
  }
}
