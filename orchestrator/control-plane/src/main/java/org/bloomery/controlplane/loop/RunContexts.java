package org.bloomery.controlplane.loop;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bloomery.controlplane.config.ClusterProfiles;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.plan.CheckpointSizing;
import org.bloomery.core.plan.Planner;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunPolicy;
import org.bloomery.core.run.SpecRef;
import org.bloomery.core.script.AttemptPlanner;
import org.bloomery.core.script.ScriptRenderer;
import org.bloomery.core.spec.BindContext;
import org.bloomery.core.spec.Bound;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.KnownSite;
import org.bloomery.core.spec.Precision;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SpecBinder;

/** Turns the spec text of each run into what the loop needs, once per text. */
public final class RunContexts {
  /** What schedulers add to a time limit before a job is really gone, besides their kill wait. */
  private static final Duration BILLING_MARGIN = Duration.ofSeconds(60);

  /** A job that is missing from so many answers over so long is lost (reliability of queries). */
  private static final int LOST_LOOKS = 20;

  private static final Duration LOST_AFTER = Duration.ofHours(2);

  private final Path homeDirectory;
  private final HomeId home;
  private final List<ClusterProfile> clusters;
  private final ScriptRenderer renderer;
  private final String user;
  private final RunStore store;
  private final Map<RunId, Cached> cache = new ConcurrentHashMap<>();

  private record Cached(SpecRef ref, RunContext context) {}

  public RunContexts(
      Path homeDirectory,
      HomeId home,
      List<ClusterProfile> clusters,
      ScriptRenderer renderer,
      RunStore store) {
    this.homeDirectory = homeDirectory;
    this.home = home;
    this.clusters = List.copyOf(clusters);
    this.renderer = renderer;
    this.user = System.getProperty("user.name");
    this.store = store;
  }

  /** Reads a spec that somebody submits, and judges it by all that is known here. */
  Bound<RunSpec> bind(String file, String text, String specDirectory) {
    KnownSite site = new KnownSite(clusters, liveRuns(), CheckpointSizing::of);
    return SpecBinder.bindRun(file, text, bindContext(specDirectory), site);
  }

  private BindContext bindContext(String specDirectory) {
    return new BindContext(homeDirectory.toString(), specDirectory);
  }

  private List<KnownSite.LiveRun> liveRuns() {
    List<KnownSite.LiveRun> live = new ArrayList<>();
    for (RunId id : store.list()) {
      store.load(id).filter(run -> !run.isFinished()).flatMap(this::liveRun).ifPresent(live::add);
    }
    return live;
  }

  /** Nothing for a run whose spec cannot be read: it cannot save either. */
  private Optional<KnownSite.LiveRun> liveRun(Run run) {
    try {
      String directory = of(run).spec().checkpoint().directory();
      return Optional.of(new KnownSite.LiveRun(run.id(), directory));
    } catch (IllegalStateException e) {
      return Optional.empty();
    }
  }

  /**
   * The context of a run.
   *
   * @throws IllegalStateException if its spec can no longer be read, with the reason
   */
  RunContext of(Run run) {
    Cached cached = cache.get(run.id());
    if (cached != null && cached.ref().equals(run.spec())) {
      return cached.context();
    }
    String text =
        store
            .specText(run.spec().sha256())
            .orElseThrow(() -> new IllegalStateException("its spec is not in the store"));
    Bound<RunSpec> bound =
        SpecBinder.readAgain(run.spec().file(), text, bindContext(run.spec().directory()));
    if (!(bound instanceof Bound.Value<RunSpec> good)) {
      throw new IllegalStateException(
          "its spec can no longer be read: " + bound.problemList().get(0).text());
    }
    RunContext context = context(run.id(), good.value());
    cache.put(run.id(), new Cached(run.spec(), context));
    return context;
  }

  /** What the spec says about money and time, before any run of it exists. */
  RunPolicy policy(RunSpec spec) {
    return context(spec.name(), spec).policy();
  }

  private RunContext context(RunId run, RunSpec spec) {
    ClusterProfile cluster =
        ClusterProfiles.find(clusters, spec.cluster())
            .orElseThrow(() -> new IllegalStateException("no cluster " + spec.cluster()));
    RunContext.Rendering rendering =
        (attempt, resume) ->
            renderer.render(
                AttemptPlanner.plan(home, run, spec, cluster, attempt, resume), spec, cluster);
    return new RunContext(
        run, home, spec, cluster, policy(spec, cluster, rendering), layout(spec), rendering);
  }

  private RunPolicy policy(RunSpec spec, ClusterProfile cluster, RunContext.Rendering rendering) {
    Duration longest =
        spec.resources().timeLimit().plus(cluster.timings().killWait()).plus(BILLING_MARGIN);
    return new RunPolicy(
        user,
        Planner.plan(spec, cluster).iterations(),
        spec.training().logEveryIterations(),
        GpuSeconds.of(spec.resources().devices(), longest),
        spec.budget().limit(),
        cluster.timings().quietPeriod(),
        cluster.timings().sealScanDistance(),
        LOST_LOOKS,
        LOST_AFTER,
        spec.restart(),
        (attempt, resume) -> rendering.files(attempt, resume).bodySha256());
  }

  private static CheckpointLayout layout(RunSpec spec) {
    return new CheckpointLayout(
        spec.model().layers(),
        spec.parallelism().tensor(),
        spec.parallelism().pipeline(),
        spec.dataParallel(),
        spec.training().precision() == Precision.BF16
            ? CheckpointLayout.Shards.BF16
            : CheckpointLayout.Shards.FP16);
  }
}
