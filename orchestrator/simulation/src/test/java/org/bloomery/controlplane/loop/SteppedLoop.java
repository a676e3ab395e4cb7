package org.bloomery.controlplane.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.ServerView;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.RunStore;
import org.bloomery.simulation.InMemoryLedgerStore;

/** The control loops, one round at a time, in the caller's thread. */
public final class SteppedLoop {
  private static final Duration ANSWER_POLL = Duration.ofMillis(1);

  private final ClusterLoops loops;
  private final ControlPlaneApi api;

  /** Loops for clusters that may be asked at any time. */
  public SteppedLoop(
      ClusterLoops.Shared shared, Map<String, ResourceManager> clusters, RunStore.Epoch epoch) {
    List<ClusterLoops.Site> sites = new ArrayList<>();
    clusters.forEach(
        (name, manager) -> sites.add(new ClusterLoops.Site(name, manager, ANSWER_POLL)));
    loops = new ClusterLoops(shared, sites, epoch);
    api = service(shared, loops, epoch);
  }

  /** What people ask, with a ledger in memory. */
  static Service service(ClusterLoops.Shared shared, ClusterLoops loops, RunStore.Epoch epoch) {
    LedgerBook ledger = new LedgerBook(new InMemoryLedgerStore(() -> epoch), shared, epoch);
    return new Service(
        new ServerView("test", 0, "/", "c0ffee", epoch.number()), shared, loops, ledger);
  }

  /** One round: answers requests, then looks at every run. */
  public void step() {
    loops.all().forEach(ControlLoop::runOnce);
  }

  /** What the loop thinks of a run at present. */
  public Optional<String> thought(RunId run) {
    return loops.thought(run);
  }

  /** Asks as a person would; the loop answers, but looks at no run. */
  public <R> R ask(Function<ControlPlaneApi, R> question) {
    CompletableFuture<R> answer = CompletableFuture.supplyAsync(() -> question.apply(api));
    try {
      while (!answer.isDone()) {
        for (ControlLoop loop : loops.all()) {
          loop.awaitWakeup();
          loop.answerRequests();
        }
      }
      return answer.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
