package org.bloomery.controlplane;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.config.ClusterProfiles;
import org.bloomery.controlplane.config.Home;
import org.bloomery.controlplane.config.HomeException;
import org.bloomery.controlplane.config.HostName;
import org.bloomery.controlplane.config.ScriptTemplates;
import org.bloomery.controlplane.http.HttpDoor;
import org.bloomery.controlplane.loop.AccountBook;
import org.bloomery.controlplane.loop.Archivist;
import org.bloomery.controlplane.loop.ClusterLoops;
import org.bloomery.controlplane.loop.LedgerBook;
import org.bloomery.controlplane.loop.LedgerDesk;
import org.bloomery.controlplane.loop.RunContexts;
import org.bloomery.controlplane.loop.Service;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.controlplane.process.ProcessRunner;
import org.bloomery.controlplane.zookeeper.HomeState;
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

  /** A new leader has better things to do at first. */
  private static final long TIDY_AFTER_MINUTES = 10;

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final CommandRunner slurmCommands;
  private Home home;
  private HomeState state;
  private ClusterLoops.Shared shared;
  private Service.Identity identity;
  private List<ClusterProfile> clusters;
  private Sites.Surroundings here;
  private Readiness readiness;
  private Candidacy candidacy;
  private HttpDoor door;

  private ControlPlane(CommandRunner slurmCommands) {
    this.slurmCommands = slurmCommands;
  }

  /**
   * Opens a home, and leads it as soon as nobody else does.
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
   * Opens a home, and leads it as soon as nobody else does.
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
    identity = new Service.Identity(version, pid, home.root().toString(), home.id().value());
    readiness = new Readiness(contexts);
    parts.push(readiness);
    here = new Sites.Surroundings(home, environment, slurmCommands);
    if (!isShared) {
      readiness.prepare();
    }
    candidacy = new Candidacy(state.election(), this::leadership, standby());
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

  /** A time of standing by: what people ask is recorded for the one that leads. */
  private Candidacy.Term standby() throws HomeException {
    Deque<AutoCloseable> own = new ArrayDeque<>();
    Sites sites = Sites.reachable(clusters, here);
    own.push(sites);
    ClusterLoops loops = new ClusterLoops(shared, sites.all(), new RunStore.Epoch(0));
    return new Term(new Service(identity, shared, loops, Optional.empty()), loops, own);
  }

  /** A time of leading, with nothing from the one before. */
  private Candidacy.Term leadership(RunStore.Epoch epoch) throws HomeException {
    Deque<AutoCloseable> own = new ArrayDeque<>();
    Sites sites = Sites.reachable(clusters, here);
    own.push(sites);
    LedgerBook ledger =
        new LedgerBook(state.ledger(), shared.store(), shared.contexts(), shared.time(), epoch);
    AccountBook accounts =
        new AccountBook(state.ledger(), ledger, shared.store(), shared.contexts(), epoch);
    own.push(tidy(ledger, epoch));
    ClusterLoops loops = new ClusterLoops(shared, sites.all(), epoch, accounts);
    own.push(loops);
    LedgerDesk desk = new LedgerDesk(ledger, accounts, shared.time(), sites.accounting());
    return new Term(new Service(identity, shared, loops, Optional.of(desk)), loops, own);
  }

  /** What answers and acts for a time, and ends with it. */
  private final class Term implements Candidacy.Term {
    private final Service service;
    private final ClusterLoops loops;
    private final Deque<AutoCloseable> own;

    Term(Service service, ClusterLoops loops, Deque<AutoCloseable> own) {
      this.service = service;
      this.loops = loops;
      this.own = own;
    }

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
  }

  /** Once a day what is long over moves into files: months of the ledger, and runs. */
  private AutoCloseable tidy(LedgerBook ledger, RunStore.Epoch epoch) {
    Archivist archivist = new Archivist(shared.store(), shared.time(), epoch);
    ScheduledExecutorService daily =
        Executors.newSingleThreadScheduledExecutor(Sites.daemon("tidy"));
    long day = TimeUnit.DAYS.toMinutes(1);
    Future<?> months =
        daily.scheduleWithFixedDelay(
            ledger::closeMonths, TIDY_AFTER_MINUTES, day, TimeUnit.MINUTES);
    Future<?> runs =
        daily.scheduleWithFixedDelay(archivist::archive, TIDY_AFTER_MINUTES, day, TimeUnit.MINUTES);
    return () -> {
      months.cancel(true);
      runs.cancel(true);
      daily.shutdownNow();
    };
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
