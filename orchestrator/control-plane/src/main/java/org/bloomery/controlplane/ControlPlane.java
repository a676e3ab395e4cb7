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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.config.ClusterProfiles;
import org.bloomery.controlplane.config.Home;
import org.bloomery.controlplane.config.HomeException;
import org.bloomery.controlplane.config.HostName;
import org.bloomery.controlplane.config.ScriptTemplates;
import org.bloomery.controlplane.http.HttpDoor;
import org.bloomery.controlplane.local.LocalResourceManager;
import org.bloomery.controlplane.loop.ClusterLoops;
import org.bloomery.controlplane.loop.RunContexts;
import org.bloomery.controlplane.loop.Service;
import org.bloomery.controlplane.process.ProcessRunner;
import org.bloomery.controlplane.slurm.SlurmCluster;
import org.bloomery.controlplane.zookeeper.HomeState;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.script.ScriptRenderer;
import org.bloomery.core.spec.ClusterProfile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A control plane in this process: everything is wired here, by hand, in the order of its start. It
 * answers people at once, and acts while it leads; where its home has a ZooKeeper of its own, it
 * leads from the start.
 */
public final class ControlPlane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);

  /** Below this nothing is started: the state must be writable for a long while, in bytes. */
  private static final long FREE_BYTES_MIN = 64L * 1024 * 1024;

  /** The job script ends its training within the site's kill wait and then writes how it ended. */
  private static final Duration EXIT_RECORD_WAIT = Duration.ofSeconds(5);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private Home home;
  private HomeState state;
  private ClusterLoops.Shared shared;
  private Service.Identity identity;
  private List<ClusterProfile> clusters;
  private Readiness readiness;
  private Candidacy candidacy;
  private HttpDoor door;

  private ControlPlane() {}

  /**
   * Opens a home, and leads it as soon as nobody else does.
   *
   * @param environment of this process: where sockets go, and what jobs inherit
   * @param version of this program, for people
   * @throws HomeException if the home cannot be used, with what to do
   */
  public static ControlPlane open(Path root, Map<String, String> environment, String version)
      throws HomeException, IOException {
    ControlPlane plane = new ControlPlane();
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
    boolean isShared = HomeState.isShared(home.root());
    if (!isShared) {
      parts.push(home.lock());
    }
    clusters = ClusterProfiles.load(home.root());
    long pid = ProcessHandle.current().pid();
    state = HomeState.open(home.root(), "control plane " + pid + " on " + HostName.here());
    parts.push(state);
    state.requireHome(home.id().value());
    RunContexts contexts =
        new RunContexts(
            home.root(),
            home.id(),
            clusters,
            new ScriptRenderer(ScriptTemplates.shipped()),
            state.runs());
    shared =
        new ClusterLoops.Shared(state.runs(), contexts, InstantSource.system(), System::nanoTime);
    readiness = new Readiness(contexts);
    parts.push(readiness);
    identity = new Service.Identity(version, pid, home.root().toString(), home.id().value());
    candidacy =
        new Candidacy(
            state.election(),
            epoch -> term(Optional.of(epoch), environment),
            term(Optional.empty(), environment));
    parts.push(candidacy);
    candidacy.start();
    if (isShared) {
      readiness.start();
    } else {
      awaitElection();
    }
    door = HttpDoor.open(home.socketDirectory(environment).socket(), candidacy::api);
    parts.push(door);
    LOG.info("serves {}, listens on {}", home.root(), door.socket());
  }

  private void awaitElection() throws IOException {
    try {
      candidacy.awaitElection();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while starting", e);
    }
  }

  /** A time of leading, or without an epoch of standing by; with nothing from the one before. */
  private Candidacy.Term term(Optional<RunStore.Epoch> epoch, Map<String, String> environment)
      throws HomeException {
    Deque<AutoCloseable> own = new ArrayDeque<>();
    List<ClusterLoops.Site> sites = sites(environment, own);
    ClusterLoops loops = new ClusterLoops(shared, sites, epoch.orElse(new RunStore.Epoch(0)));
    own.push(loops);
    Service service = new Service(identity, shared, loops, epoch.isPresent());
    return new Candidacy.Term() {
      @Override
      public ControlPlaneApi api() {
        return service;
      }

      @Override
      public void start() {
        readiness.leads(true);
        state.whenAsked(loops::wake);
        loops.start();
      }

      @Override
      public CompletableFuture<Throwable> ended() {
        return loops.ended();
      }

      @Override
      public void close() {
        readiness.leads(false);
        closeAll(own);
      }
    };
  }

  /** The clusters whose resource manager can be reached from here. */
  private List<ClusterLoops.Site> sites(Map<String, String> environment, Deque<AutoCloseable> own)
      throws HomeException {
    List<ClusterLoops.Site> sites = new ArrayList<>();
    for (ClusterProfile cluster : clusters) {
      resourceManager(cluster, environment, own)
          .map(
              manager ->
                  new ClusterLoops.Site(cluster.name(), manager, cluster.timings().lookInterval()))
          .ifPresent(sites::add);
    }
    return sites;
  }

  private Optional<ResourceManager> resourceManager(
      ClusterProfile cluster, Map<String, String> environment, Deque<AutoCloseable> own)
      throws HomeException {
    return switch (cluster.resourceManager()) {
      case LOCAL ->
          Optional.of(
              new LocalResourceManager(
                  new ProcessRunner(),
                  LocalResourceManager.Site.ofThisMachine(
                      environment, cluster.timings().killWait().plus(EXIT_RECORD_WAIT))));
      case SLURM -> slurm(cluster, environment, own);
    };
  }

  /**
   * A cluster whose commands are here, or on a login node; its looks have a thread of their own.
   */
  private Optional<ResourceManager> slurm(
      ClusterProfile cluster, Map<String, String> environment, Deque<AutoCloseable> own)
      throws HomeException {
    SlurmCluster slurm =
        new SlurmCluster(
            cluster,
            new ProcessRunner(),
            new SlurmCluster.Here(
                environment,
                home.socketDirectory(environment).path(),
                System.getProperty("user.name")));
    if (!slurm.isReachable()) {
      LOG.info("{}: SLURM's commands are not here; its runs wait", cluster.name());
      return Optional.empty();
    }
    ExecutorService looks =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "looks-" + cluster.name());
              thread.setDaemon(true);
              return thread;
            });
    own.push(looks::shutdownNow);
    return Optional.of(slurm.resourceManager(looks));
  }

  /** What people can ask of it, in this process. */
  public ControlPlaneApi api() {
    return candidacy.api();
  }

  public Home home() {
    return home;
  }

  /** Where it listens. */
  public Path socket() {
    return door.socket();
  }

  /**
   * Completed when it will never lead any more: with the error that ended it, or with null after a
   * close.
   */
  public CompletableFuture<Throwable> ended() {
    return candidacy.ended();
  }

  /** Ends it in the reverse order of its start; running trainings are not touched. */
  @Override
  public synchronized void close() {
    closeAll(parts);
  }

  private static void closeAll(Deque<AutoCloseable> parts) {
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
