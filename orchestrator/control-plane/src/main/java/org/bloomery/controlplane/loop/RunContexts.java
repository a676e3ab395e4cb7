package org.bloomery.controlplane.loop;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.bloomery.controlplane.config.ClusterProfiles;
import org.bloomery.core.budget.Payer;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.plan.BatchSchedule;
import org.bloomery.core.plan.CheckpointContents;
import org.bloomery.core.plan.CheckpointSizing;
import org.bloomery.core.plan.WallTime;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunHistory;
import org.bloomery.core.run.RunPolicy;
import org.bloomery.core.run.SpecRef;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.core.script.AttemptPlan;
import org.bloomery.core.script.AttemptPlanner;
import org.bloomery.core.script.Resume;
import org.bloomery.core.script.ScriptRenderer;
import org.bloomery.core.spec.BindContext;
import org.bloomery.core.spec.Bound;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.KnownSite;
import org.bloomery.core.spec.Partition;
import org.bloomery.core.spec.ResourceManagerKind;
import org.bloomery.core.spec.Resources;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SpecBinder;

/** Turns the spec text of each run into what the loop needs, once per text. */
public final class RunContexts {
  /** What schedulers add to a time limit before a job is really gone, besides their kill wait. */
  private static final Duration BILLING_MARGIN = Duration.ofSeconds(60);

  private final Path homeDirectory;
  private final HomeId home;
  private final List<ClusterProfile> clusters;
  private final ScriptRenderer renderer;
  private final String user;
  private final RunStore store;
  private final Map<RunId, Cached> cache = new ConcurrentHashMap<>();

  /** Whatever is over stays so, and is not read again. */
  private final Set<RunId> over = ConcurrentHashMap.newKeySet();

  /** The last rendering, of whichever run: few are asked for twice, and those in succession. */
  private volatile Rendered lastRendered;

  private record Cached(SpecRef ref, RunContext context) {}

  private record Rendered(AttemptPlan plan, RunSpec spec, AttemptFiles files) {}

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
    return live().stream().flatMap(run -> liveRun(run).stream()).toList();
  }

  private List<Run> live() {
    List<RunId> open = store.present().stream().filter(id -> !over.contains(id)).toList();
    List<Run> live = new ArrayList<>();
    for (Run run : store.load(open)) {
      if (run.isFinished()) {
        over.add(run.id());
      } else {
        live.add(run);
      }
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
    Bound<RunSpec> bound =
        SpecBinder.readAgain(run.spec().file(), text(run), bindContext(run.spec().directory()));
    if (!(bound instanceof Bound.Value<RunSpec> good)) {
      throw new IllegalStateException(
          "its spec can no longer be read: " + bound.problemList().get(0).text());
    }
    RunContext context = context(run.id(), good.value());
    cache.put(run.id(), new Cached(run.spec(), context));
    return context;
  }

  private String text(Run run) {
    try {
      return store
          .specText(run)
          .orElseThrow(() -> new IllegalStateException("its spec is not in the store"));
    } catch (RunStore.DamagedException e) {
      throw new IllegalStateException("its spec can no longer be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads the specs of all live runs, several at once, so that whoever leads next need not do it
   * one after the other. What is kept follows from texts that never change.
   *
   * @return how many there are
   */
  public int prepare() {
    List<Run> live = live();
    live.parallelStream().forEach(this::clusterOf);
    return live.size();
  }

  /** What all jobs of a run are called. */
  String jobName(RunId run) {
    return home.jobName(run);
  }

  /** The cluster that a run's spec names; nothing if that cannot be read now. */
  Optional<String> clusterOf(Run run) {
    try {
      return Optional.of(of(run).cluster().name());
    } catch (IllegalStateException e) {
      return Optional.empty();
    }
  }

  /** The profile of a cluster, if it is known here. */
  Optional<ClusterProfile> profile(String cluster) {
    return ClusterProfiles.find(clusters, cluster);
  }

  /** Who would pay for a run of a spec. */
  Payer payer(RunSpec spec) {
    return context(spec.name(), spec).payer();
  }

  /** What the spec says about money and time, before any run of it exists. */
  RunPolicy policy(RunSpec spec) {
    return context(spec.name(), spec).terms().get(0).policy();
  }

  private RunContext context(RunId run, RunSpec submitted) {
    ClusterProfile cluster =
        ClusterProfiles.find(clusters, submitted.cluster())
            .orElseThrow(() -> new IllegalStateException("no cluster " + submitted.cluster()));
    RunSpec spec = WallTime.fitted(submitted, cluster);
    long iterations = BatchSchedule.of(spec).iterations();
    RunContext.Starts starts = attempt -> start(run, attempt);
    RunContext.Rendering rendering =
        (attempt, from) -> {
          Optional<Resume> resume = from.map(ref -> resume(spec, ref, starts));
          AttemptPlan plan = AttemptPlanner.plan(home, run, spec, cluster, attempt, resume);
          return rendered(plan, spec, cluster);
        };
    List<RunContext.Terms> terms = new ArrayList<>();
    for (int revision = 0; revision <= spec.revisions().size(); revision++) {
      RunSpec revised = spec.revision(revision);
      RunPolicy policy = policy(revised, iterations, cluster, rendering);
      terms.add(new RunContext.Terms(revised, policy, CheckpointContents.layout(revised)));
    }
    return new RunContext(
        homeDirectory.getFileSystem(), run, home, spec, cluster, terms, rendering, starts);
  }

  /** What was recorded of a rendering is compared at once with what is written: the same. */
  private AttemptFiles rendered(AttemptPlan plan, RunSpec spec, ClusterProfile cluster) {
    Rendered last = lastRendered;
    if (last != null && last.plan().equals(plan) && last.spec().equals(spec)) {
      return last.files();
    }
    AttemptFiles files = renderer.render(plan, spec, cluster);
    lastRendered = new Rendered(plan, spec, files);
    return files;
  }

  /** A checkpoint with the revision under which it was saved. */
  private static Resume resume(RunSpec spec, CheckpointRef ref, RunContext.Starts starts) {
    boolean revised = !spec.revisions().isEmpty();
    int savedUnder = revised ? spec.revisionAt(starts.of(ref.attempt())) : 0;
    return new Resume(ref.iteration(), savedUnder);
  }

  /** Where an attempt has started, by the run's history. */
  private long start(RunId run, int attempt) {
    return RunHistory.of(store.history(run)).attempts().stream()
        .filter(summary -> summary.number() == attempt)
        .findFirst()
        .flatMap(RunHistory.AttemptSummary::resumedFrom)
        .map(CheckpointRef::iteration)
        .orElse(0L);
  }

  private RunPolicy policy(
      RunSpec spec, long iterations, ClusterProfile cluster, RunContext.Rendering rendering) {
    Resources resources = spec.resources();
    Duration longest =
        resources
            .timeLimit()
            .plus(cluster.jobRules().overTimeLimit())
            .plus(cluster.timings().killWait())
            .plus(BILLING_MARGIN);
    Partition partition =
        cluster
            .partition(resources.partition())
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        cluster.name() + " has no partition " + resources.partition().orElse("")));
    return new RunPolicy(
        user,
        iterations,
        spec.training().logEveryIterations(),
        GpuSeconds.of(resources.devices(), longest),
        spec.budget().limit(),
        cluster.timings(),
        spec.restart(),
        queueing(spec, cluster, partition),
        new RunPolicy.NodeNeed(resources.nodes(), partition.nodes(), resources.exclude()),
        scripts(rendering));
  }

  /** A job can wait behind another only where there is a queue. */
  private static RunPolicy.Queueing queueing(
      RunSpec spec, ClusterProfile cluster, Partition partition) {
    boolean advised = cluster.jobRules().ageOfDependentJobsGrows().orElse(false);
    boolean prepares =
        cluster.resourceManager() == ResourceManagerKind.SLURM
            && spec.restart().prepareSuccessor().orElse(advised);
    OptionalInt submittedMax =
        IntStream.concat(
                cluster.jobRules().submittedJobs().stream(),
                cluster
                    .qos(spec.resources().qos(), partition)
                    .map(qos -> qos.submittedJobs().stream())
                    .orElse(IntStream.empty()))
            .min();
    Duration limit = spec.resources().timeLimit();
    Duration attemptTime =
        spec.launcher().exitDuration().filter(exit -> exit.compareTo(limit) < 0).orElse(limit);
    return new RunPolicy.Queueing(prepares, attemptTime, submittedMax);
  }

  private static RunPolicy.Scripts scripts(RunContext.Rendering rendering) {
    return new RunPolicy.Scripts() {
      @Override
      public String bodySha256(int attempt, Optional<CheckpointRef> resume) {
        return rendering.files(attempt, resume).bodySha256();
      }

      @Override
      public String jobSha256(int attempt, Optional<CheckpointRef> resume) {
        return rendering.files(attempt, resume).jobSha256();
      }
    };
  }
}
