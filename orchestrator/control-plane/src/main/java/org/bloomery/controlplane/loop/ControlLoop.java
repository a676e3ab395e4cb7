package org.bloomery.controlplane.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.bloomery.core.id.RunId;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Decision;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Reconciler;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.Seen;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that decides and acts: observe, decide, record, act, for every run, at its own
 * pace. Requests and signals only wake it; each tick derives everything anew from the state.
 */
public final class ControlLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlLoop.class);

  /** A run settles within a few records; more in one tick would mean that two rules disagree. */
  private static final int RECORDS_PER_TICK_MAX = 8;

  private static final Duration AFTERCARE = Duration.ofHours(1);

  /** More people do not ask at once; further ones are told to try again. */
  private static final int REQUESTS_MAX = 256;

  private final RunStore store;
  private final ResourceManager resourceManager;
  private final RunContexts contexts;
  private final RunObserver observer;
  private final RunEffects effects;
  private final InstantSource time;
  private final Duration interval;
  private final RunStore.Epoch epoch;
  private final BlockingQueue<Runnable> requests = new ArrayBlockingQueue<>(REQUESTS_MAX);
  private final Semaphore wakeups = new Semaphore(0);
  private final Map<RunId, String> thoughts = new ConcurrentHashMap<>();
  private final Thread thread = new Thread(this::turn, "control-loop");
  private final CompletableFuture<Throwable> ended = new CompletableFuture<>();
  private volatile boolean closing;

  /** All that the loop works with; wired by hand in {@code ControlPlane}. */
  public record Parts(
      RunStore store,
      ResourceManager resourceManager,
      RunContexts contexts,
      RunObserver observer,
      RunEffects effects,
      InstantSource time) {}

  /**
   * A loop that leads under an epoch.
   *
   * @param interval between two looks at the resource manager
   */
  public ControlLoop(Parts parts, Duration interval, RunStore.Epoch epoch) {
    store = parts.store();
    resourceManager = parts.resourceManager();
    contexts = parts.contexts();
    observer = parts.observer();
    effects = parts.effects();
    time = parts.time();
    this.interval = interval;
    this.epoch = epoch;
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  /** Completed when the loop has ended: with the error that ended it, or null after a close. */
  public CompletableFuture<Throwable> ended() {
    return ended;
  }

  /** What the loop thinks of a run at present, also while nothing changes. */
  public Optional<String> thought(RunId run) {
    return Optional.ofNullable(thoughts.get(run));
  }

  /** Work that must happen between two ticks: it may record facts, as only the loop does. */
  interface Request<R> {
    R carryOut(RunStore store, RunStore.Epoch epoch, Instant now);
  }

  /** Hands a request to the loop; the future is complete once its facts are durable. */
  <R> CompletableFuture<R> ask(Request<R> request) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    boolean accepted =
        !closing
            && requests.offer(
                () -> {
                  try {
                    answer.complete(request.carryOut(store, epoch, time.instant()));
                  } catch (RunStore.FencedException | Error e) {
                    // This ends the loop, but whoever asked must not wait for an answer in vain.
                    answer.completeExceptionally(e);
                    throw e;
                  } catch (RuntimeException e) {
                    answer.completeExceptionally(e);
                  }
                });
    if (!accepted) {
      answer.completeExceptionally(new IllegalStateException("the control loop takes no requests"));
    }
    wakeups.release();
    return answer;
  }

  @Override
  public void close() {
    closing = true;
    wakeups.release();
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
    answerRequests();
    lookAtRuns();
  }

  /** Sleeps until a request came in or the interval is over. */
  void awaitWakeup() throws InterruptedException {
    if (wakeups.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS)) {
      wakeups.drainPermits();
    }
  }

  /** Carries out what was asked for since the last time. */
  void answerRequests() {
    List<Runnable> asked = new ArrayList<>();
    requests.drainTo(asked);
    asked.forEach(Runnable::run);
  }

  /** A finished run is looked after for a while: a job of it that surfaces late is to be ended. */
  private boolean needsLook(Run run) {
    return !run.isFinished() || time.instant().isBefore(run.updatedAt().plus(AFTERCARE));
  }

  /** One round over all runs; one run's trouble never ends the round. */
  private void lookAtRuns() {
    List<Run> runs = new ArrayList<>();
    try {
      for (RunId id : store.list()) {
        load(id).filter(this::needsLook).ifPresent(runs::add);
      }
    } catch (RunStore.UnavailableException e) {
      LOG.warn("the store does not answer; nothing is decided: {}", e.getMessage());
      return;
    }
    Observation jobs = resourceManager.observe(wanted(runs), time.instant());
    for (Run run : runs) {
      guardedTick(run, jobs);
    }
  }

  /** One run's state; one that cannot be read is left alone, and the others go on. */
  private Optional<Run> load(RunId id) {
    try {
      return store.load(id);
    } catch (RunStore.DamagedException e) {
      trouble(id, e);
      return Optional.empty();
    }
  }

  private List<ResourceManager.Wanted> wanted(List<Run> runs) {
    List<ResourceManager.Wanted> wanted = new ArrayList<>();
    for (Run run : runs) {
      try {
        RunContext context = contexts.of(run);
        run.attempt().ifPresent(attempt -> wanted.add(context.wanted(run, attempt)));
      } catch (RuntimeException e) {
        trouble(run.id(), e);
      }
    }
    return wanted;
  }

  private void guardedTick(Run run, Observation jobs) {
    try {
      tick(run, jobs);
    } catch (RunStore.FencedException e) {
      throw e;
    } catch (RunStore.ConflictException | RunStore.UnavailableException e) {
      LOG.warn("{}: not recorded, looks again: {}", run.id(), e.getMessage());
    } catch (RuntimeException e) {
      trouble(run.id(), e);
    }
  }

  private void tick(Run start, Observation jobs) {
    Run run = start;
    for (int records = 0; records < RECORDS_PER_TICK_MAX; records++) {
      RunContext context = contexts.of(run);
      Instant now = time.instant();
      Seen seen = observer.see(run, context, jobs);
      Decision decision = Reconciler.decide(run, seen, context.policy(), now);
      thoughts.put(run.id(), decision.why());
      if (!decision.facts().isEmpty()) {
        run = store.record(run, decision.facts(), decision.why(), now, epoch);
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
    String before = thoughts.put(run, "cannot go on: " + message);
    if (!("cannot go on: " + message).equals(before)) {
      LOG.error("{}: cannot go on", run, e);
    }
  }
}
