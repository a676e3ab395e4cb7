package org.bloomery.controlplane.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.bloomery.core.id.NodeName;
import org.bloomery.core.id.RunId;
import org.bloomery.core.nodes.Blame;
import org.bloomery.core.nodes.SiteNodes;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Decider;
import org.bloomery.core.run.Decision;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.Seen;
import org.bloomery.core.run.Suspect;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that decides and acts for the runs of one cluster: observe, decide, record, act,
 * at its own pace. Requests and signals only wake it; each tick derives everything anew from the
 * state, which it has in memory and nobody else's record can change unseen. Every cluster has a
 * loop of its own, so that one that is slow or dark delays no other.
 */
public final class ControlLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlLoop.class);

  /** A run settles within a few records; more in one tick would mean that two rules disagree. */
  private static final int RECORDS_PER_TICK_MAX = 8;

  private static final String CANNOT = "cannot go on: ";
  private static final Duration AFTERCARE = Duration.ofHours(1);

  private final String cluster;
  private final Predicate<Run> owned;
  private final RunStore store;
  private final ResourceManager resourceManager;
  private final RunContexts contexts;
  private final RunObserver observer;
  private final RunEffects effects;
  private final LeaderMemory memory;
  private final Accounts accounts;
  private final InstantSource time;
  private final Decider decider;
  private final Duration interval;
  private final RunStore.Epoch epoch;
  private final Semaphore wakeups = new Semaphore(0);
  private final Map<RunId, String> thoughts = new ConcurrentHashMap<>();
  private final Thread thread;
  private final CompletableFuture<Throwable> ended = new CompletableFuture<>();
  private volatile boolean closing;
  private Optional<Look> last = Optional.empty();

  /** The version of each run at the end of its last tick. */
  private Map<RunId, Long> ticked = new HashMap<>();

  /**
   * What the resource manager showed, and when it was asked.
   *
   * @param jobs its answer, by the name of the jobs: each run looks for its own
   */
  private record Look(
      Instant at, Set<RunId> asked, Observation answer, Map<String, List<JobView>> jobs) {

    static Look of(Instant at, Set<RunId> asked, Observation answer) {
      Map<String, List<JobView>> jobs = new HashMap<>();
      if (answer instanceof Observation.Known known) {
        known
            .jobs()
            .forEach(
                job -> jobs.computeIfAbsent(job.jobName(), name -> new ArrayList<>()).add(job));
      }
      return new Look(at, asked, answer, jobs);
    }

    /** What it shows of a run; nothing, where it did not ask about the run's attempts. */
    Observation of(Run run, String jobName) {
      if (!asked.contains(run.id()) && run.attempt().isPresent()) {
        return new Observation.Unknown(at, "its jobs were not asked about yet");
      }
      return answer instanceof Observation.Known known && !known.unclear().containsKey(jobName)
          ? new Observation.Known(known.asOf(), jobs.getOrDefault(jobName, List.of()))
          : answer;
    }
  }

  /**
   * All that the loop works with; wired by hand in {@code ControlPlane}.
   *
   * @param cluster whose resource manager it is
   */
  public record Parts(
      String cluster,
      RunStore store,
      ResourceManager resourceManager,
      RunContexts contexts,
      RunObserver observer,
      RunEffects effects,
      LeaderMemory memory,
      Accounts accounts,
      InstantSource time,
      Decider decider) {}

  /**
   * A loop that leads under an epoch.
   *
   * @param interval between two looks at the resource manager
   * @param owned which runs are this loop's
   */
  ControlLoop(Parts parts, Duration interval, RunStore.Epoch epoch, Predicate<Run> owned) {
    cluster = parts.cluster();
    this.owned = owned;
    store = parts.store();
    resourceManager = parts.resourceManager();
    contexts = parts.contexts();
    observer = parts.observer();
    effects = parts.effects();
    memory = parts.memory();
    accounts = parts.accounts();
    time = parts.time();
    decider = parts.decider();
    this.interval = interval;
    this.epoch = epoch;
    thread = new Thread(this::turn, "control-loop-" + cluster);
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  /** The cluster whose runs it looks after. */
  String cluster() {
    return cluster;
  }

  /** Completed when the loop has ended: with the error that ended it, or null after a close. */
  public CompletableFuture<Throwable> ended() {
    return ended;
  }

  /** What the loop thinks of a run at present, also while nothing changes. */
  public Optional<String> thought(RunId run) {
    return memory
        .trouble(run)
        .map(why -> CANNOT + why)
        .or(() -> Optional.ofNullable(thoughts.get(run)));
  }

  /** Lets it look at once: somebody has asked for something. */
  void wake() {
    wakeups.release();
  }

  /** Lets it end after what it does now. */
  void stop() {
    closing = true;
    wake();
  }

  @Override
  public void close() {
    stop();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void turn() {
    try {
      while (!closing) {
        runOnce();
        awaitWakeup();
      }
      ended.complete(null);
    } catch (RunStore.FencedException e) {
      LOG.warn("another control plane leads now; this one stops acting: {}", e.getMessage());
      ended.complete(e);
    } catch (Throwable e) {
      LOG.error("the control loop ended unexpectedly", e);
      ended.complete(e);
    }
  }

  /** One round in the caller's thread, for a loop that was not started. */
  void runOnce() {
    lookAtRuns();
  }

  /** Sleeps until something was asked for or the interval is over. */
  private void awaitWakeup() throws InterruptedException {
    if (wakeups.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS)) {
      wakeups.drainPermits();
    }
  }

  /** A finished run is looked after for a while: a job of it that surfaces late is to be ended. */
  private boolean needsLook(Run run) {
    return !run.isFinished()
        || run.hasOpenBills()
        || time.instant().isBefore(run.updatedAt().plus(AFTERCARE));
  }

  /**
   * One round: over all runs once in an interval, and in between over those that somebody else has
   * changed. One run's trouble never ends it.
   */
  private void lookAtRuns() {
    Instant now = time.instant();
    List<Run> runs;
    SiteNodes nodes;
    try {
      memory.refresh(now);
      runs =
          memory.all().stream()
              .filter(this::needsLook)
              .filter(owned)
              // Somebody waits for those.
              .sorted(Comparator.comparing(run -> run.request().isEmpty()))
              .toList();
      nodes = nodes();
    } catch (RunStore.UnavailableException e) {
      LOG.warn("the store does not answer; nothing is decided: {}", e.getMessage());
      return;
    }
    if (runs.isEmpty()) {
      // A site is not asked about nothing, and what was not asked is not known.
      return;
    }
    boolean due = isDue(now);
    if (due) {
      last = Optional.of(ask(runs, now));
    }
    Look look = last.orElseThrow();
    Map<RunId, Long> before = ticked;
    ticked = new HashMap<>();
    for (Run run : runs) {
      long version = before.getOrDefault(run.id(), 0L);
      if (closing || (!due && run.version() == version)) {
        ticked.put(run.id(), version);
      } else {
        guardedTick(run, new RunObserver.Look(look.of(run, contexts.jobName(run.id())), nodes));
      }
    }
    // The next look must show what was handed over in this round.
    effects.settle();
    keepBlames(runs, nodes);
  }

  /**
   * Whether the resource manager may be asked again. However often the loop is woken, it is not
   * asked before the interval is over; what somebody wants is decided on its last answer.
   */
  private boolean isDue(Instant now) {
    // A clock that was set back must not make us blind.
    return last.filter(look -> !now.isBefore(look.at()) && now.isBefore(look.at().plus(interval)))
        .isEmpty();
  }

  private Look ask(List<Run> runs, Instant now) {
    List<ResourceManager.Wanted> wanted = new ArrayList<>();
    Set<RunId> asked = new HashSet<>();
    for (Run run : runs) {
      try {
        RunContext context = contexts.of(run);
        if (context.cluster().name().equals(cluster)) {
          wanted.addAll(context.wanted(run));
          asked.add(run.id());
        }
      } catch (RuntimeException e) {
        trouble(run.id(), e);
      }
    }
    return Look.of(now, asked, resourceManager.observe(wanted, now));
  }

  /** What is known of the nodes; that it cannot be read is no reason to stop the runs. */
  private SiteNodes nodes() {
    try {
      return store.nodes(cluster);
    } catch (RunStore.DamagedException e) {
      LOG.error("the nodes of {}: {}", cluster, e.getMessage());
      return SiteNodes.none(cluster);
    }
  }

  /** Counts what nodes were blamed for, across runs; what is counted already changes nothing. */
  private void keepBlames(List<Run> runs, SiteNodes before) {
    SiteNodes nodes = before;
    for (Run run : runs) {
      for (Suspect suspect : run.suspects()) {
        if (NodeName.isValid(suspect.node())) {
          nodes =
              nodes.blamed(
                  suspect.node(),
                  new Blame(run.id(), suspect.attempt(), suspect.cause(), suspect.at()));
        }
      }
    }
    if (nodes.equals(before)) {
      return;
    }
    try {
      store.recordNodes(nodes, epoch);
    } catch (RunStore.ConflictException
        | RunStore.UnavailableException
        | RunStore.LimitException e) {
      LOG.warn("the nodes of {} are not recorded, tries again: {}", cluster, e.getMessage());
    }
  }

  private void guardedTick(Run run, RunObserver.Look look) {
    try {
      tick(run, look);
    } catch (RunStore.FencedException e) {
      throw e;
    } catch (RunStore.ConflictException | RunStore.UnavailableException e) {
      memory.doubt(run.id());
      LOG.warn("{}: not recorded, looks again: {}", run.id(), e.getMessage());
    } catch (RuntimeException e) {
      trouble(run.id(), e);
    }
  }

  private void tick(Run start, RunObserver.Look look) {
    Run run = start;
    ticked.put(run.id(), run.version());
    for (int records = 0; records < RECORDS_PER_TICK_MAX; records++) {
      RunContext context = contexts.of(run);
      if (!context.cluster().name().equals(cluster)) {
        throw new IllegalStateException(
            "nothing here can reach its cluster " + context.cluster().name());
      }
      Instant now = time.instant();
      Seen seen = observer.see(run, context, look);
      Decision decision =
          decider.decide(
              run, seen, context.policy(run), accounts.purses(context.payer(), now), now);
      thoughts.put(run.id(), decision.why());
      if (!decision.facts().isEmpty()) {
        run = store.record(run, decision.facts(), decision.why(), now, epoch);
        memory.put(run);
        ticked.put(run.id(), run.version());
        LOG.info("{}: {}", run.id(), decision.why());
      }
      effects.perform(run, context, decision.effects());
      // An effect has changed the world: only a new observation may be followed by more.
      if (decision.facts().isEmpty() || changesJobs(run, decision)) {
        return;
      }
    }
  }

  private static boolean changesJobs(Run run, Decision decision) {
    return run.phase() instanceof Phase.Submitting
        || decision.effects().stream().anyMatch(RunEffects::changesJobs);
  }

  private void trouble(RunId run, RuntimeException e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    String before = thoughts.put(run, CANNOT + message);
    if (!(CANNOT + message).equals(before)) {
      LOG.error("{}: cannot go on", run, e);
    }
  }
}
