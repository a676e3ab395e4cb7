package org.bloomery.controlplane.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.LedgerStore;
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
    this(shared, clusters, epoch, new InMemoryLedgerStore(() -> epoch));
  }

  /** The same with a ledger, and accounts, that were there before. */
  public SteppedLoop(
      ClusterLoops.Shared shared,
      Map<String, ResourceManager> clusters,
      RunStore.Epoch epoch,
      LedgerStore lines) {
    List<ClusterLoops.Site> sites = new ArrayList<>();
    clusters.forEach(
        (name, manager) -> sites.add(new ClusterLoops.Site(name, manager, ANSWER_POLL)));
    LedgerBook ledger = ledger(shared, epoch, lines);
    AccountBook accounts = new AccountBook(lines, ledger, shared.store(), shared.contexts(), epoch);
    loops = new ClusterLoops(shared, sites, epoch, accounts);
    api = service(shared, loops, new LedgerDesk(ledger, accounts, shared.time(), new TreeMap<>()));
  }

  private static LedgerBook ledger(
      ClusterLoops.Shared shared, RunStore.Epoch epoch, LedgerStore lines) {
    return new LedgerBook(lines, shared.store(), shared.contexts(), shared.time(), epoch);
  }

  /** What people ask of loops whose accounts nobody limits. */
  static Service service(ClusterLoops.Shared shared, ClusterLoops loops, RunStore.Epoch epoch) {
    LedgerStore lines = new InMemoryLedgerStore(() -> epoch);
    LedgerBook ledger = ledger(shared, epoch, lines);
    AccountBook accounts = new AccountBook(lines, ledger, shared.store(), shared.contexts(), epoch);
    return service(shared, loops, new LedgerDesk(ledger, accounts, shared.time(), new TreeMap<>()));
  }

  private static Service service(ClusterLoops.Shared shared, ClusterLoops loops, LedgerDesk desk) {
    Service.Identity identity = new Service.Identity("test", 0, "/", "c0ffee");
    return new Service(identity, shared, loops, Optional.of(desk));
  }

  /** One round: looks at every run. */
  public void step() {
    loops.runOnce();
  }

  /** What the loop thinks of a run at present. */
  public Optional<String> thought(RunId run) {
    return loops.thought(run);
  }

  /** Asks as a person would; what is recorded is looked at in the next round. */
  public <R> R ask(Function<ControlPlaneApi, R> question) {
    return question.apply(api);
  }
}
