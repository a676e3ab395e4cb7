package org.bloomery.core.port;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.RunId;
import org.bloomery.core.nodes.SiteNodes;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;

/**
 * Where runs are durable. State and history are written in one transaction, which fails if another
 * leader has taken over since or if the run has changed since it was read.
 */
public interface RunStore {

  /** A leadership number; each new leader's is higher. */
  record Epoch(long number) {}

  /**
   * Who leads.
   *
   * @param epoch number 0 while nobody has ever led
   * @param name how the leader calls itself, for people
   */
  record Leader(Epoch epoch, String name) {}

  /**
   * A run that somebody has changed by asking.
   *
   * @param number which request it was, over all runs; of two, the later one has the higher
   */
  record Asked(RunId run, long number) {}

  /** What the store did not do, and why. Nothing was written unless it says so. */
  abstract class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    protected StoreException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Another leader has taken over: this one must stop acting. */
  final class FencedException extends StoreException {
    private static final long serialVersionUID = 1L;

    public FencedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The run has changed since it was read: read it again. */
  final class ConflictException extends StoreException {
    private static final long serialVersionUID = 1L;

    public ConflictException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The store does not answer: whether something was written is not known until it does. */
  final class UnavailableException extends StoreException {
    private static final long serialVersionUID = 1L;

    public UnavailableException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Something is larger than the store takes: it was not written, and trying again is no use. */
  final class LimitException extends StoreException {
    private static final long serialVersionUID = 1L;

    public LimitException(String message) {
      super(message, null);
    }
  }

  /** What is stored contradicts itself or cannot be read: nobody may act on it. */
  final class DamagedException extends StoreException {
    private static final long serialVersionUID = 1L;

    public DamagedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** How many records are read at a time. */
  int READ_AT_ONCE = 512;

  /** Takes over leadership: from now on writes under an older epoch are refused. */
  Epoch lead();

  /** Who leads now; whoever records what a person wants does so under that epoch. */
  Leader leader();

  /**
   * Makes sure that an epoch leads, as of a moment ago: what a leader does before each act outside
   * of the store.
   *
   * @throws FencedException if another leads
   * @throws UnavailableException if that cannot be told now
   */
  void confirm(Epoch epoch);

  /**
   * The requests that no leader has read yet, oldest first: one for each record that {@linkplain
   * RunRecord#wasAskedFor somebody asked for}, made in the same transaction.
   */
  List<Asked> asked();

  /** Forgets requests whose runs the leader has read since; nothing if {@code epoch} is over. */
  void answered(List<Asked> read, Epoch epoch);

  /** All runs, sorted by name; also those that are archived. */
  List<RunId> list();

  /** The runs that are not archived, sorted by name. */
  List<RunId> present();

  /**
   * Archives runs that are over: they are read as before, more slowly, and nothing is recorded of
   * them any more. What is archived already, or was changed at this moment, is left as it is.
   *
   * @throws FencedException if {@code epoch} is no longer the newest
   * @throws UnavailableException if it is not known which of them are archived: try again
   */
  void archive(List<RunId> over, Epoch epoch);

  /**
   * Archives what is old in the long histories of runs, live or over: it is read as before, more
   * slowly. What is archived already is left as it is.
   *
   * @throws FencedException if {@code epoch} is no longer the newest
   * @throws UnavailableException if it is not known what of it is archived: try again
   */
  void archiveRecords(List<RunId> runs, Epoch epoch);

  /** The present state of a run. */
  Optional<Run> load(RunId run);

  /** The present states of those of these runs that exist, in this order. */
  List<Run> load(List<RunId> runs);

  /**
   * A run's history after a version, in order, at most {@code limit} records; version 0 means from
   * the beginning.
   */
  List<RunRecord> history(RunId run, long afterVersion, int limit);

  /** A run's whole history, in order. */
  default List<RunRecord> history(RunId run) {
    List<RunRecord> all = new ArrayList<>();
    List<RunRecord> page;
    do {
      page = history(run, all.size(), READ_AT_ONCE);
      all.addAll(page);
    } while (page.size() == READ_AT_ONCE);
    return all;
  }

  /**
   * Creates a run by its first fact. Repeating the very same call is harmless: it succeeds if the
   * earlier one did.
   *
   * @param specText whose SHA-256 the submission must name
   * @throws ConflictException if another run of this name exists
   * @throws FencedException if {@code epoch} is no longer the newest
   * @throws LimitException if the spec or the state is too large
   * @throws UnavailableException if it is not known whether it was created
   */
  Run create(RunEvent.RunSubmitted submitted, String specText, String why, Instant at, Epoch epoch);

  /**
   * Records facts, and returns the state after them. Repeating the very same call is harmless: it
   * succeeds if the earlier one did.
   *
   * @param run the state from which they were decided
   * @throws ConflictException if that is no longer the state
   * @throws FencedException if {@code epoch} is no longer the newest
   * @throws LimitException if the state or the record is too large
   * @throws UnavailableException if it is not known whether they were recorded
   */
  Run record(Run run, List<RunEvent> facts, String why, Instant at, Epoch epoch);

  /** What is known of a cluster's nodes, across all runs. */
  SiteNodes nodes(String cluster);

  /**
   * Records what is known of a cluster's nodes, and returns it as its next version. Repeating the
   * very same call is harmless: it succeeds if the earlier one did.
   *
   * @param nodes made from the version that it carries
   * @throws ConflictException if that is no longer the version
   * @throws FencedException if {@code epoch} is no longer the newest
   * @throws LimitException if it is too large
   * @throws UnavailableException if it is not known whether it was recorded
   */
  SiteNodes recordNodes(SiteNodes nodes, Epoch epoch);

  /** The text of the spec that a run was submitted with. */
  Optional<String> specText(Run run);

  /**
   * Replays a run's whole history and compares the result with the stored state, which is returned.
   *
   * @throws DamagedException if the history has a hole or does not fold to the state
   */
  default Run verifyHistory(RunId id) {
    Run stored = load(id).orElseThrow(() -> new DamagedException(id + " has no state", null));
    Run folded = null;
    for (long version = 0; version < stored.version(); version = folded.version()) {
      long left = stored.version() - version;
      List<RunRecord> page = history(id, version, (int) Math.min(left, READ_AT_ONCE));
      if (page.isEmpty()) {
        throw new DamagedException(id + ": the history ends after version " + version, null);
      }
      try {
        for (RunRecord record : page) {
          folded = folded == null ? Run.fold(List.of(record)) : folded.after(record);
        }
      } catch (IllegalStateException e) {
        throw new DamagedException(id + ": its history cannot be replayed: " + e.getMessage(), e);
      }
    }
    if (!stored.equals(folded)) {
      throw new DamagedException(
          id + ": its history folds to " + folded + ", but its state is " + stored, null);
    }
    return stored;
  }
}
