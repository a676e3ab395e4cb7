package org.bloomery.core.ledger;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.bloomery.core.id.JobKey;

/**
 * All lines of the ledger in memory, one for each job's incarnation, however often and in whatever
 * order they came.
 *
 * <p>A source without submit times (some sites' reports have none) is matched by the start: of one
 * job id, no two incarnations start in the same second. Not safe for use by several threads.
 */
public final class Ledger {
  private final Map<JobKey, LedgerEntry> entries = new HashMap<>();

  /** By {@link #startKey}, the line that knows its submit time; made when first needed. */
  private Map<JobKey, JobKey> byStart;

  private final Set<JobKey> ofRuns = new HashSet<>();
  private final List<LedgerSums<?>> sums = new ArrayList<>();

  /** Takes lines in, and returns those that are new or changed, as they are now. */
  public List<LedgerEntry> add(Collection<LedgerEntry> more) {
    List<LedgerEntry> changed = new ArrayList<>();
    for (LedgerEntry entry : more) {
      add(entry).ifPresent(changed::add);
    }
    return changed;
  }

  private Optional<LedgerEntry> add(LedgerEntry entry) {
    LedgerEntry joined = entry;
    if (entry.knowsSubmit()) {
      LedgerEntry nameless = byStart == null ? null : take(startKey(entry));
      joined = nameless == null ? entry : entry.with(nameless);
    } else {
      JobKey known = index().get(entry.job());
      joined = known == null ? entry : entry.with(entries.get(known));
    }
    LedgerEntry before = entries.get(joined.job());
    LedgerEntry after = before == null ? joined : before.with(joined);
    if (after.equals(before)) {
      return Optional.empty();
    }
    take(after.job());
    put(after);
    if (byStart != null && after.knowsSubmit()) {
      byStart.put(startKey(after), after.job());
    }
    return Optional.of(after);
  }

  private LedgerEntry take(JobKey job) {
    LedgerEntry taken = entries.remove(job);
    if (taken != null) {
      ofRuns.remove(job);
      sums.forEach(sum -> sum.take(taken));
    }
    return taken;
  }

  private void put(LedgerEntry entry) {
    entries.put(entry.job(), entry);
    if (entry.run().isPresent()) {
      ofRuns.add(entry.job());
    }
    sums.forEach(sum -> sum.put(entry));
  }

  /**
   * Sums of this ledger, which stay true from now on; each of them makes adding lines dearer.
   *
   * @param keys what a line is summed by: nothing, one thing, or several in equal parts
   */
  public <K> LedgerSums<K> sums(Function<LedgerEntry, List<K>> keys) {
    LedgerSums<K> more = new LedgerSums<>(keys);
    entries.values().forEach(more::put);
    sums.add(more);
    return more;
  }

  private Map<JobKey, JobKey> index() {
    if (byStart == null) {
      byStart = new HashMap<>();
      for (LedgerEntry entry : entries.values()) {
        if (entry.knowsSubmit()) {
          byStart.put(startKey(entry), entry.job());
        }
      }
    }
    return byStart;
  }

  /** The key under which a source without submit times has this job. */
  private static JobKey startKey(LedgerEntry entry) {
    return new JobKey(entry.job().cluster(), entry.job().jobId(), -entry.start());
  }

  public Optional<LedgerEntry> find(JobKey job) {
    return Optional.ofNullable(entries.get(job));
  }

  /** The key of the line that tells of the same job; the line's own if there is none. */
  public JobKey keyOf(LedgerEntry line) {
    return line.knowsSubmit() ? line.job() : index().getOrDefault(line.job(), line.job());
  }

  /** All lines, in no order. */
  public Collection<LedgerEntry> entries() {
    return Collections.unmodifiableCollection(entries.values());
  }

  /** The lines of jobs that runs have started, in no order. */
  public List<LedgerEntry> ofRuns() {
    return ofRuns.stream().map(entries::get).toList();
  }

  public int size() {
    return entries.size();
  }
}
