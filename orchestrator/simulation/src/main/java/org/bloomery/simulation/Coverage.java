package org.bloomery.simulation;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bloomery.core.run.Effect;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.RunEvent;

/** Counts what has happened in simulations, by kind and name: what stays at zero was not tested. */
public final class Coverage {
  private final Map<String, Map<String, Long>> counts = new TreeMap<>();

  /** One more of something. */
  void count(String kind, String name) {
    add(kind, name, 1);
  }

  void add(String kind, String name, long number) {
    counts.computeIfAbsent(kind, any -> new TreeMap<>()).merge(name, number, Long::sum);
  }

  /** What a simulation can count; each of them must be counted at some time. */
  public static Coverage ofNothing() {
    Coverage none = new Coverage();
    for (Fault fault : Fault.values()) {
      none.add("fault", fault.toString(), 0);
    }
    for (Lie lie : Lie.values()) {
      none.add("lie", lie.toString(), 0);
    }
    for (Class<?> fact : RunEvent.class.getPermittedSubclasses()) {
      none.add("fact", fact.getSimpleName(), 0);
    }
    for (Class<?> effect : Effect.class.getPermittedSubclasses()) {
      none.add("effect", effect.getSimpleName(), 0);
    }
    for (HoldReason reason : HoldReason.values()) {
      none.add("hold", reason.name(), 0);
    }
    for (String wish : List.of("save", "hold", "release", "stop", "cancel", "resume")) {
      none.add("wish", wish, 0);
    }
    none.add("wish", "exclude", 0);
    none.add("wish", "readmit", 0);
    return none;
  }

  /** The kinds of what was counted. */
  public List<String> kinds() {
    return List.copyOf(counts.keySet());
  }

  /** Adds what was counted elsewhere. */
  public void add(Coverage other) {
    other.counts.forEach((kind, names) -> names.forEach((name, count) -> add(kind, name, count)));
  }

  /** How often. */
  public long of(String kind, String name) {
    return counts.getOrDefault(kind, Map.of()).getOrDefault(name, 0L);
  }

  /** All counts of a kind. */
  public Map<String, Long> of(String kind) {
    return counts.getOrDefault(kind, Map.of());
  }
}
