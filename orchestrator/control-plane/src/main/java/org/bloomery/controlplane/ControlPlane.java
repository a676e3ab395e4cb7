package org.bloomery.controlplane;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.ServerView;
import org.bloomery.controlplane.config.ClusterProfiles;
import org.bloomery.controlplane.config.Home;
import org.bloomery.controlplane.config.HomeException;
import org.bloomery.controlplane.config.ScriptTemplates;
import org.bloomery.controlplane.http.HttpDoor;
import org.bloomery.controlplane.local.LocalResourceManager;
import org.bloomery.controlplane.loop.AccountBook;
import org.bloomery.controlplane.loop.ClusterLoops;
import org.bloomery.controlplane.loop.LeaderMemory;
import org.bloomery.controlplane.loop.LedgerBook;
import org.bloomery.controlplane.loop.LedgerDesk;
import org.bloomery.controlplane.loop.RunContexts;
import org.bloomery.controlplane.loop.Service;
import org.bloomery.controlplane.loop.Submissions;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.controlplane.process.ProcessRunner;
import org.bloomery.controlplane.slurm.SlurmCluster;
import org.bloomery.controlplane.zookeeper.HomeState;
import org.bloomery.core.port.AccountingSource;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.script.ScriptRenderer;
import org.bloomery.core.spec.ClusterProfile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A control plane in this process: everything is wired here, by hand, in the order of its start.
 */
public final class ControlPlane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);

  /** Below this nothing is started: the state must be writable for a long while, in bytes. */
  private static final long FREE_BYTES_MIN = 64L * 1024 * 1024;

  /** The job script ends its training within the site's kill wait and then writes how it ended. */
  private static final Duration EXIT_RECORD_WAIT = Duration.ofSeconds(5);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final CommandRunner slurmCommands;
  private Home home;
  private final SortedMap<String, AccountingSource> accounting = new TreeMap<>();
  private ClusterLoops loops;
  private Service service;
  private HttpDoor door;

  private ControlPlane(CommandRunner slurmCommands) {
    this.slurmCommands = slurmCommands;
  }

  /**
   * Opens a home and leads it.
   *
   * @param environment of this process: where sockets go, and what jobs inherit
   * @param version of this program, for people
   * @throws HomeException if the home cannot be used, with what to do
   */
  public static ControlPlane open(Path root, Map<String, String> environment, String version)
      throws HomeException, IOException {
    return open(root, environment, version, new ProcessRunner());
  }

  /**
   * Opens a home and leads it.
   *
   * @param slurm runs SLURM's programs, or stands between them and us
   */
  public static ControlPlane open(
      Path root, Map<String, String> environment, String version, CommandRunner slurm)
      throws HomeException, IOException {
    ControlPlane plane = new ControlPlane(slurm);
    boolean opened = false;
    try {
      plane.start(root, environment, version);
      opened = true;
      return plane;
    } finally {
      if (!opened) {
        plane.close();
      }
    }
  }

  private void start(Path root, Map<String, String> environment, String version)
      throws HomeException, IOException {
    home = Home.open(root, FREE_BYTES_MIN);
    parts.push(home.lock());
    List<ClusterProfile> clusters = ClusterProfiles.load(home.root());
    HomeState state = HomeState.open(home.root(), "control plane " + ProcessHandle.current().pid());
    parts.push(state);
    RunStore store = new LeaderMemory(state.runs());
    RunStore.Epoch epoch = store.lead();

    RunContexts contexts =
        new RunContexts(
            home.root(), home.id(), clusters, new ScriptRenderer(ScriptTemplates.shipped()), store);
    ClusterLoops.Shared shared =
        new ClusterLoops.Shared(store, contexts, InstantSource.system(), System::nanoTime);
    LedgerBook ledger =
        new LedgerBook(state.ledger(), store, contexts, InstantSource.system(), epoch);
    AccountBook accounts = new AccountBook(state.ledger(), ledger, store, contexts, epoch);
    loops = new ClusterLoops(shared, sites(clusters, environment), epoch, accounts);
    parts.push(loops);
    ServerView view =
        new ServerView(
            version,
            ProcessHandle.current().pid(),
            home.root().toString(),
            home.id().value(),
            epoch.number());
    LedgerDesk desk = new LedgerDesk(ledger, accounts, InstantSource.system(), accounting);
    service = new Service(view, shared, loops, desk);
    closeMonths(ledger);
    loops.start();
    door = HttpDoor.open(home.socketDirectory(environment).socket(), service);
    parts.push(door);
    LOG.info("leads {} in epoch {}, listens on {}", home.root(), epoch.number(), door.socket());
  }

  /** Once a day months that are long over move into files. */
  private void closeMonths(LedgerBook ledger) {
    ScheduledExecutorService daily = Executors.newSingleThreadScheduledExecutor(daemon("ledger"));
    parts.push(daily::shutdownNow);
    Future<?> closing = daily.scheduleWithFixedDelay(ledger::closeMonths, 0, 1, TimeUnit.DAYS);
    parts.push(() -> closing.cancel(true));
  }

  private static ThreadFactory daemon(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** The clusters whose resource manager can be reached from here. */
  private List<ClusterLoops.Site> sites(
      List<ClusterProfile> clusters, Map<String, String> environment) throws HomeException {
    List<ClusterLoops.Site> sites = new ArrayList<>();
    for (ClusterProfile cluster : clusters) {
      site(cluster, environment).ifPresent(sites::add);
    }
    return sites;
  }

  private Optional<ClusterLoops.Site> site(ClusterProfile cluster, Map<String, String> environment)
      throws HomeException {
    return switch (cluster.resourceManager()) {
      case LOCAL -> Optional.of(local(cluster, environment));
      case SLURM -> slurm(cluster, environment);
    };
  }

  private static ClusterLoops.Site local(ClusterProfile cluster, Map<String, String> environment) {
    return new ClusterLoops.Site(
        cluster.name(),
        new LocalResourceManager(
            new ProcessRunner(),
            LocalResourceManager.Site.ofThisMachine(
                environment, cluster.timings().killWait().plus(EXIT_RECORD_WAIT))),
        cluster.timings().lookInterval());
  }

  /**
   * A cluster whose commands are here, or on a login node; its looks and its submissions have a
   * thread of their own each, though there is never more than one command at a time.
   */
  private Optional<ClusterLoops.Site> slurm(ClusterProfile cluster, Map<String, String> environment)
      throws HomeException {
    SlurmCluster slurm =
        new SlurmCluster(
            cluster,
            slurmCommands,
            new SlurmCluster.Here(
                environment,
                home.socketDirectory(environment).path(),
                System.getProperty("user.name")));
    if (!slurm.isReachable()) {
      LOG.info("{}: SLURM's commands are not here; its runs wait", cluster.name());
      return Optional.empty();
    }
    accounting.put(cluster.name(), slurm.accounting());
    ExecutorService looks = Executors.newSingleThreadExecutor(daemon("looks-" + cluster.name()));
    parts.push(looks::shutdownNow);
    // Not interrupted at the end: a submission that is given up may have arrived.
    ExecutorService submissions =
        Executors.newFixedThreadPool(Submissions.AT_ONCE, daemon("submissions-" + cluster.name()));
    parts.push(submissions::shutdown);
    return Optional.of(
        new ClusterLoops.Site(
            cluster.name(),
            slurm.resourceManager(looks),
            cluster.timings().lookInterval(),
            submissions));
  }

  /** What people can ask of it, in this process. */
  public ControlPlaneApi api() {
    return service;
  }

  public Home home() {
    return home;
  }

  /** Where it listens. */
  public Path socket() {
    return door.socket();
  }

  /** Completed when it no longer acts: with the error that ended it, or with null after a close. */
  public CompletableFuture<Throwable> ended() {
    return loops.ended();
  }

  /** Ends it in the reverse order of its start; running trainings are not touched. */
  @Override
  public synchronized void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("{} did not close: {}", part.getClass().getSimpleName(), e.getMessage());
      }
    }
  }
}
