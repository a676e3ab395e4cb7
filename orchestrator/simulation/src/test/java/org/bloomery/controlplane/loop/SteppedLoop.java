package org.bloomery.controlplane.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.RunStore;

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
    api = new Service(new Service.Identity("test", 0, "/", "c0ffee"), shared, loops, true);
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
