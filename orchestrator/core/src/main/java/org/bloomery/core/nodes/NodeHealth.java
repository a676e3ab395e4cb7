package org.bloomery.core.nodes;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bloomery.core.observe.EndCause;

/**
 * What one node has done to the runs.
 *
 * @param blames the newest ones, oldest first
 * @param failures how often it was blamed, by cause, also for what {@code blames} has forgotten
 * @param exclusion a person's, also one that is over
 * @param readmittedAt when a person has last readmitted it: older blames exclude it no more
 */
public record NodeHealth(
    String name,
    List<Blame> blames,
    SortedMap<EndCause, Integer> failures,
    Optional<Exclusion> exclusion,
    Optional<Instant> readmittedAt) {

  /** So many blames tell a bad day from a bad node. */
  public static final int BLAMES_MAX = 4;

  /** Blamed so often within so long, it is a lemon: it passes its tests and fails its work. */
  private static final int LEMON_BLAMES = 3;

  private static final Duration LEMON_PERIOD = Duration.ofDays(30);

  public NodeHealth {
    blames = List.copyOf(blames);
    failures = Collections.unmodifiableSortedMap(new TreeMap<>(failures));
  }

  static NodeHealth unknown(String name) {
    return new NodeHealth(name, List.of(), new TreeMap<>(), Optional.empty(), Optional.empty());
  }

  /** How often it was blamed. */
  public int failureCount() {
    return failures.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** When it was blamed last. */
  public Optional<Instant> lastBlamed() {
    return blames.isEmpty() ? Optional.empty() : Optional.of(blames.get(blames.size() - 1).at());
  }

  /** Whether it fails so often that somebody should look at it. */
  public boolean isLemonAt(Instant now) {
    Instant since = now.minus(LEMON_PERIOD);
    return blames.stream().filter(blame -> blame.at().isAfter(since)).count() >= LEMON_BLAMES;
  }

  /** Whether a person keeps it from all runs. */
  public boolean isExcludedAt(Instant now) {
    return exclusion.map(one -> one.holdsAt(now)).orElse(false);
  }

  /** Whether a blame of that time was lifted by a person since. */
  public boolean isReadmittedSince(Instant blamed) {
    return readmittedAt.map(at -> !at.isBefore(blamed)).orElse(false);
  }

  /** With one more, unless it is counted already: what is older than all that it remembers, is. */
  NodeHealth blamed(Blame blame) {
    boolean known =
        blames.stream()
            .anyMatch(one -> one.run().equals(blame.run()) && one.attempt() == blame.attempt());
    boolean forgotten = blames.size() == BLAMES_MAX && !blame.at().isAfter(blames.get(0).at());
    if (known || forgotten) {
      return this;
    }
    List<Blame> next = new ArrayList<>(blames);
    next.add(blame);
    next.sort(java.util.Comparator.comparing(Blame::at));
    SortedMap<EndCause, Integer> counts = new TreeMap<>(failures);
    counts.merge(blame.cause(), 1, Integer::sum);
    return new NodeHealth(
        name,
        next.subList(Math.max(0, next.size() - BLAMES_MAX), next.size()),
        counts,
        exclusion,
        readmittedAt);
  }

  NodeHealth excluded(Exclusion by) {
    return new NodeHealth(name, blames, failures, Optional.of(by), readmittedAt);
  }

  NodeHealth readmitted(Instant at) {
    return new NodeHealth(name, blames, failures, Optional.empty(), Optional.of(at));
  }
}
