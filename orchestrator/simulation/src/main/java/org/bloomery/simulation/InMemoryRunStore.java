package org.bloomery.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bloomery.controlplane.zookeeper.RunCodec;
import org.bloomery.core.id.RunId;
import org.bloomery.core.id.Sha256;
import org.bloomery.core.nodes.SiteNodes;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;

/**
 * A run store without a disk, which keeps the promises of the real one and breaks down on request.
 * All leaders of a simulation share one.
 */
public final class InMemoryRunStore implements RunStore {
  /** What can go wrong with one write. */
  public enum Fault {
    /** The request never arrived. */
    LOST_BEFORE_COMMIT,
    /** It took effect, but the answer never arrived. */
    LOST_AFTER_COMMIT,
    /** Another leader took over just before. */
    FENCED
  }

  /** Decides what goes wrong. */
  @FunctionalInterface
  public interface Faults {
    Faults NONE = (run, version) -> Optional.empty();

    /** What goes wrong with the write that would make this version of a run. */
    Optional<Fault> strike(RunId run, long version);

    /** What goes wrong with the write that would make this version of a cluster's nodes. */
    default Optional<Fault> strikeNodes(String cluster, long version) {
      return Optional.empty();
    }

    /**
     * Comes before everything that is read.
     *
     * @throws UnavailableException if the store does not answer
     */
    default void read() {}

    /** A record has taken effect, whatever becomes of the answer; {@code newest} leads now. */
    default void recorded(Run after, RunRecord record, Epoch newest) {}
  }

  private final Faults faults;
  private final RunCodec codec = new RunCodec();
  private final Map<RunId, List<RunRecord>> histories = new TreeMap<>();
  private final Map<RunId, Run> states = new TreeMap<>();
  private final Map<RunId, String> specs = new TreeMap<>();
  private final Set<RunId> archived = new TreeSet<>();
  private final Map<String, SiteNodes> nodes = new TreeMap<>();
  private final List<Asked> asked = new ArrayList<>();
  private long requests;
  private long epoch;

  public InMemoryRunStore() {
    this(Faults.NONE);
  }

  public InMemoryRunStore(Faults faults) {
    this.faults = faults;
  }

  @Override
  public synchronized Epoch lead() {
    epoch++;
    return new Epoch(epoch);
  }

  @Override
  public synchronized Leader leader() {
    faults.read();
    return new Leader(new Epoch(epoch), "leader " + epoch);
  }

  @Override
  public synchronized void confirm(Epoch leader) {
    faults.read();
    if (leader.number() != epoch) {
      throw new FencedException("leader " + epoch + " has taken over", null);
    }
  }

  @Override
  public synchronized List<Asked> asked() {
    faults.read();
    return List.copyOf(asked);
  }

  @Override
  public synchronized void answered(List<Asked> read, Epoch leader) {
    faults.read();
    if (leader.number() == epoch) {
      asked.removeAll(read);
    }
  }

  @Override
  public synchronized List<RunId> list() {
    faults.read();
    return List.copyOf(states.keySet());
  }

  @Override
  public synchronized List<RunId> present() {
    return list().stream().filter(id -> !archived.contains(id)).toList();
  }

  @Override
  public synchronized void archive(List<RunId> over, Epoch leader) {
    for (Run run : load(over)) {
      if (!run.isFinished()) {
        throw new IllegalArgumentException(run.id() + " is not over");
      }
    }
    commit(leader, "the archive", 1, Optional.empty(), () -> archived.addAll(over));
  }

  /** There is no other place in memory. */
  @Override
  public synchronized void archiveRecords(List<RunId> runs, Epoch leader) {
    confirm(leader);
  }

  @Override
  public synchronized Optional<Run> load(RunId run) {
    faults.read();
    return Optional.ofNullable(states.get(run));
  }

  @Override
  public synchronized List<Run> load(List<RunId> runs) {
    return runs.stream().map(this::load).flatMap(Optional::stream).toList();
  }

  @Override
  public synchronized List<RunRecord> history(RunId run, long afterVersion, int limit) {
    return histories.getOrDefault(run, List.of()).stream().skip(afterVersion).limit(limit).toList();
  }

  @Override
  public synchronized Run create(
      RunEvent.RunSubmitted submitted, String specText, String why, Instant at, Epoch leader) {
    codec.encodeSpec(specText); // refuses what ZooKeeper would not take
    if (!submitted.spec().sha256().equals(Sha256.of(specText))) {
      throw new IllegalArgumentException(submitted.run() + ": the spec is not the one submitted");
    }
    RunRecord first = new RunRecord(1, at, leader.number(), why, List.of(submitted));
    Run run = Run.fold(List.of(first));
    write(run, first, leader, Map.of(run.id(), specText));
    return run;
  }

  @Override
  public synchronized Run record(
      Run run, List<RunEvent> facts, String why, Instant at, Epoch leader) {
    RunRecord next = new RunRecord(run.version() + 1, at, leader.number(), why, facts);
    Run after = run.after(next);
    write(after, next, leader, Map.of());
    return after;
  }

  @Override
  public synchronized Optional<String> specText(Run run) {
    return Optional.ofNullable(specs.get(run.id()));
  }

  @Override
  public synchronized SiteNodes nodes(String cluster) {
    faults.read();
    return nodes.getOrDefault(cluster, SiteNodes.none(cluster));
  }

  @Override
  public synchronized SiteNodes recordNodes(SiteNodes changed, Epoch leader) {
    SiteNodes next = changed.next();
    codec.encode(next);
    String what = "the nodes of " + next.cluster();
    Optional<Fault> fault = faults.strikeNodes(next.cluster(), next.version());
    commit(leader, what, next.version(), fault, () -> put(next, what));
    return next;
  }

  private void put(SiteNodes next, String what) {
    SiteNodes present = nodes.getOrDefault(next.cluster(), SiteNodes.none(next.cluster()));
    if (!present.equals(next) && present.version() != next.version() - 1) {
      throw new ConflictException(what + ": no longer at that version", null);
    }
    nodes.put(next.cluster(), next);
  }

  /** Keeps a record, the state after it and the texts that come with it, or nothing of it. */
  private void write(Run after, RunRecord next, Epoch leader, Map<RunId, String> texts) {
    // What the real store would refuse for its size, or give back changed, must not pass here.
    Run stored = codec.decodeRun(codec.encode(after), after.id().value());
    RunRecord kept = codec.decodeRecord(codec.encode(next), after.id().value());
    Optional<Fault> fault = faults.strike(after.id(), after.version());
    commit(
        leader,
        after.id().value(),
        after.version(),
        fault,
        () -> {
          specs.putAll(texts);
          append(stored, kept);
        });
  }

  /** Lets a write take effect, as far as the epoch and what goes wrong with it allow. */
  private void commit(
      Epoch leader, String what, long version, Optional<Fault> fault, Runnable write) {
    if (leader.number() < 1) {
      throw new IllegalArgumentException("only lead() gives out epochs: " + leader);
    }
    if (fault.equals(Optional.of(Fault.LOST_BEFORE_COMMIT))) {
      throw lost(what, version);
    }
    if (fault.equals(Optional.of(Fault.FENCED))) {
      epoch++;
    }
    if (leader.number() != epoch) {
      throw new FencedException(what + ": leader " + epoch + " has taken over", null);
    }
    write.run();
    if (fault.equals(Optional.of(Fault.LOST_AFTER_COMMIT))) {
      throw lost(what, version);
    }
  }

  private void append(Run after, RunRecord next) {
    List<RunRecord> history = histories.computeIfAbsent(after.id(), id -> new ArrayList<>());
    int place = (int) (next.version() - 1);
    if (place < history.size() && history.get(place).equals(next)) {
      // The very same call again: its first answer was lost.
      return;
    }
    if (place != history.size() || archived.contains(after.id())) {
      String what = place == 0 ? "a run of this name exists" : "it is no longer at that version";
      throw new ConflictException(after.id() + ": " + what, null);
    }
    history.add(next);
    states.put(after.id(), after);
    if (next.wasAskedFor()) {
      asked.add(new Asked(after.id(), requests));
      requests++;
    }
    faults.recorded(after, next, new Epoch(epoch));
  }

  private static UnavailableException lost(String what, long version) {
    return new UnavailableException(
        what + ": nobody knows whether version " + version + " was recorded", null);
  }
}
