package org.bloomery.controlplane.loop;

import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.bloomery.core.id.RunId;
import org.bloomery.core.nodes.SiteNodes;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;

/**
 * A store as its leader sees it. Nobody else writes, so the state of a run is read once and then
 * remembered; a round over a thousand runs asks nothing. What is remembered guards nothing: each
 * write is checked by the store itself, and after one that failed the run is read again.
 */
public final class LeaderMemory implements RunStore {
  private final RunStore store;
  private final NavigableMap<RunId, Optional<Run>> runs = new ConcurrentSkipListMap<>();
  private volatile boolean listed;

  public LeaderMemory(RunStore store) {
    this.store = store;
  }

  /** From here on this is the only one who writes, until a write is fenced. */
  @Override
  public Epoch lead() {
    listed = false;
    runs.clear();
    return store.lead();
  }

  @Override
  public List<RunId> list() {
    if (!listed) {
      store.list().forEach(id -> runs.putIfAbsent(id, Optional.empty()));
      listed = true;
    }
    return List.copyOf(runs.keySet());
  }

  @Override
  public Optional<Run> load(RunId id) {
    Optional<Run> known = runs.getOrDefault(id, Optional.empty());
    if (known.isPresent()) {
      return known;
    }
    Optional<Run> read = store.load(id);
    // What the loop has recorded meanwhile is newer.
    read.ifPresent(run -> runs.merge(id, read, LeaderMemory::newer));
    return read;
  }

  private static Optional<Run> newer(Optional<Run> one, Optional<Run> other) {
    boolean first = one.isPresent() && one.get().version() >= other.orElseThrow().version();
    return first ? one : other;
  }

  @Override
  public List<RunRecord> history(RunId run, long afterVersion, int limit) {
    return store.history(run, afterVersion, limit);
  }

  @Override
  public Run create(
      RunEvent.RunSubmitted submitted, String specText, String why, Instant at, Epoch epoch) {
    try {
      return remember(store.create(submitted, specText, why, at, epoch));
    } catch (StoreException e) {
      listed = false;
      throw e;
    }
  }

  @Override
  public Run record(Run run, List<RunEvent> facts, String why, Instant at, Epoch epoch) {
    try {
      return remember(store.record(run, facts, why, at, epoch));
    } catch (StoreException e) {
      runs.put(run.id(), Optional.empty());
      throw e;
    }
  }

  private Run remember(Run run) {
    runs.put(run.id(), Optional.of(run));
    return run;
  }

  @Override
  public SiteNodes nodes(String cluster) {
    return store.nodes(cluster);
  }

  @Override
  public SiteNodes recordNodes(SiteNodes nodes, Epoch epoch) {
    return store.recordNodes(nodes, epoch);
  }

  @Override
  public Optional<String> specText(String sha256) {
    return store.specText(sha256);
  }
}
