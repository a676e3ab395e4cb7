package org.bloomery.controlplane.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Run;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs that a leader looks after. They are read once; then only what somebody else has written
 * is read again: told by the store, or found out by a record that was refused. So a round over
 * thousands of runs asks the store one question. What is remembered guards nothing: each write is
 * checked by the store itself. It goes with the leadership.
 */
final class LeaderMemory {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderMemory.class);
  private static final int READ_AT_ONCE = 256;

  /** A finished run is remembered so long at least, by whatever clock. */
  private static final Duration REMEMBERED = Duration.ofDays(1);

  private final RunStore store;
  private final RunStore.Epoch epoch;
  private final Accounts accounts;
  private final SortedMap<RunId, Run> runs = new TreeMap<>();
  private final Map<RunId, String> unreadable = new ConcurrentSkipListMap<>();
  private final Set<RunId> doubtful = new TreeSet<>();
  private boolean loaded;

  /**
   * Nothing is known yet.
   *
   * @param accounts are told of each state of a run that is new
   */
  LeaderMemory(RunStore store, RunStore.Epoch epoch, Accounts accounts) {
    this.store = store;
    this.epoch = epoch;
    this.accounts = accounts;
  }

  /**
   * Takes in what others have written.
   *
   * @throws RunStore.UnavailableException if the store does not answer; it may then be out of date
   */
  synchronized void refresh(Instant now) {
    // Whoever asked before this is in what is read afterwards.
    List<RunStore.Asked> asked = store.asked();
    if (!loaded) {
      read(store.present(), now);
      accounts.allNoted();
      loaded = true;
      LOG.info("looks after {} runs", runs.size());
    } else {
      Set<RunId> changed = new TreeSet<>(doubtful);
      asked.forEach(one -> changed.add(one.run()));
      changed.addAll(unreadable.keySet());
      read(List.copyOf(changed), now);
    }
    doubtful.clear();
    if (!asked.isEmpty()) {
      store.answered(asked, epoch);
    }
    runs.values().removeIf(run -> isPast(run, now));
  }

  private static boolean isPast(Run run, Instant now) {
    return run.isFinished()
        && !run.hasOpenBills()
        && run.updatedAt().plus(REMEMBERED).isBefore(now);
  }

  private void read(List<RunId> ids, Instant now) {
    for (int from = 0; from < ids.size(); from += READ_AT_ONCE) {
      List<RunId> part = ids.subList(from, Math.min(ids.size(), from + READ_AT_ONCE));
      try {
        keep(store.load(part), now);
        part.forEach(unreadable::remove);
      } catch (RunStore.DamagedException e) {
        part.forEach(id -> readOne(id, now));
      }
    }
  }

  /** One that cannot be read is left alone, and the others go on. */
  private void readOne(RunId id, Instant now) {
    try {
      keep(store.load(id).stream().toList(), now);
      unreadable.remove(id);
    } catch (RunStore.DamagedException e) {
      runs.remove(id);
      if (!e.getMessage().equals(unreadable.put(id, e.getMessage()))) {
        LOG.error("{}: cannot be read", id, e);
      }
    }
  }

  private void keep(List<Run> read, Instant now) {
    read.stream().filter(run -> !isPast(run, now)).forEach(this::put);
  }

  /** All runs, by name. */
  synchronized List<Run> all() {
    return new ArrayList<>(runs.values());
  }

  /** What was recorded just now. */
  synchronized void put(Run run) {
    runs.put(run.id(), run);
    accounts.note(run);
  }

  /** Somebody else may have written this run: it is read again before it is looked at. */
  synchronized void doubt(RunId run) {
    doubtful.add(run);
  }

  /** Why a run cannot be read. */
  Optional<String> trouble(RunId run) {
    return Optional.ofNullable(unreadable.get(run));
  }
}
