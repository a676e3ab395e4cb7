package org.bloomery.controlplane.loop;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Decider;
import org.bloomery.core.run.Reconciler;
import org.bloomery.core.run.Run;
import org.bloomery.core.training.Progress;

/** The loops of all clusters, each of which looks after the runs of its own. */
public final class ClusterLoops implements AutoCloseable {
  private final RunContexts contexts;
  private final Accounts accounts;
  private final SortedMap<String, ControlLoop> loops = new TreeMap<>();
  private final SortedMap<String, RunObserver> observers = new TreeMap<>();

  /**
   * One cluster: who runs jobs there, and how often it may be asked.
   *
   * @param submissions where jobs are handed over, so that the loop goes on meanwhile
   */
  public record Site(
      String cluster, ResourceManager resourceManager, Duration interval, Executor submissions) {

    /** One whose jobs are handed over by the loop itself. */
    public Site(String cluster, ResourceManager resourceManager, Duration interval) {
      this(cluster, resourceManager, interval, Runnable::run);
    }
  }

  /** What all loops share. */
  public record Shared(
      RunStore store,
      RunContexts contexts,
      InstantSource time,
      LongSupplier monotonicNanos,
      Decider decider) {
    public Shared(
        RunStore store, RunContexts contexts, InstantSource time, LongSupplier monotonicNanos) {
      this(store, contexts, time, monotonicNanos, Reconciler::decide);
    }
  }

  /**
   * Loops that lead under an epoch.
   *
   * @param sites at least one
   */
  public ClusterLoops(Shared shared, List<Site> sites, RunStore.Epoch epoch) {
    this(shared, sites, epoch, Accounts.NONE);
  }

  /** The same where accounts are limited. */
  public ClusterLoops(Shared shared, List<Site> sites, RunStore.Epoch epoch, AccountBook accounts) {
    this(shared, sites, epoch, (Accounts) accounts);
  }

  private ClusterLoops(Shared shared, List<Site> sites, RunStore.Epoch epoch, Accounts accounts) {
    this.accounts = accounts;
    contexts = shared.contexts();
    LeaderMemory memory = new LeaderMemory(shared.store(), epoch, accounts);
    for (Site site : sites) {
      RunEffects effects =
          new RunEffects(
              site.resourceManager(), site.submissions(), () -> shared.store().confirm(epoch));
      RunObserver observer = new RunObserver(shared.monotonicNanos(), effects);
      ControlLoop.Parts parts =
          new ControlLoop.Parts(
              site.cluster(),
              shared.store(),
              site.resourceManager(),
              contexts,
              observer,
              effects,
              memory,
              accounts,
              shared.time(),
              shared.decider());
      observers.put(site.cluster(), observer);
      loops.put(
          site.cluster(),
          new ControlLoop(
              parts, site.interval(), epoch, run -> of(run).cluster().equals(site.cluster())));
    }
  }

  /** Starts all threads. */
  public void start() {
    loops.values().forEach(ControlLoop::start);
  }

  /** What the accounts allow, as all loops see it. */
  Accounts accounts() {
    return accounts;
  }

  /** One round of every loop in the caller's thread, where they were not started. */
  public void runOnce() {
    loops.values().forEach(ControlLoop::runOnce);
  }

  /** Lets all of them look at once: somebody has asked for something. */
  public void wake() {
    loops.values().forEach(ControlLoop::wake);
  }

  Collection<ControlLoop> all() {
    return loops.values();
  }

  /** Whose run it is; one whose cluster nobody reaches has a loop, too, which says so. */
  ControlLoop of(Run run) {
    return contexts.clusterOf(run).flatMap(this::of).orElse(loops.get(loops.firstKey()));
  }

  /** The loop of a cluster, if it can be reached from here. */
  Optional<ControlLoop> of(String cluster) {
    return Optional.ofNullable(loops.get(cluster));
  }

  List<String> clusters() {
    return List.copyOf(loops.keySet());
  }

  /** What a run's loop thinks of it at present, also while nothing changes. */
  public Optional<String> thought(RunId run) {
    return loops.values().stream().flatMap(loop -> loop.thought(run).stream()).findFirst();
  }

  /** What the log of an attempt says, as of the last look, if it is the current one. */
  Optional<Progress> progress(Run run, int attempt) {
    return observer(run).progress(run.id(), attempt);
  }

  RunObserver observer(Run run) {
    return observers.get(of(run).cluster());
  }

  /** Completed when one of them has ended: with its error, or null after a close. */
  public CompletableFuture<Throwable> ended() {
    List<CompletableFuture<Throwable>> ends = new ArrayList<>();
    loops.values().forEach(loop -> ends.add(loop.ended()));
    return CompletableFuture.anyOf(ends.toArray(CompletableFuture[]::new))
        .thenApply(error -> (Throwable) error);
  }

  @Override
  public void close() {
    // All stop before the first one is waited for.
    loops.values().forEach(ControlLoop::stop);
    loops.values().forEach(ControlLoop::close);
  }
}
