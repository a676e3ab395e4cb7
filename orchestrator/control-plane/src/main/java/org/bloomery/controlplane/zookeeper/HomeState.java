package org.bloomery.controlplane.zookeeper;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.curator.framework.CuratorFramework;
import org.bloomery.core.port.LedgerStore;
import org.bloomery.core.port.RunStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that is durable in one home: a session to its ZooKeeper, which is a server of its own
 * or an ensemble that several control planes share, its runs and its ledger.
 */
public final class HomeState implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HomeState.class);

  private final Optional<EmbeddedZooKeeper> server;
  private final String connectString;
  private final CuratorFramework client;
  private final ZooKeeperRunStore runs;
  private final ZooKeeperLedgerStore ledger;
  private final Election election;

  private HomeState(
      Optional<EmbeddedZooKeeper> server,
      String connectString,
      CuratorFramework client,
      Path home,
      String name) {
    this.server = server;
    this.connectString = connectString;
    this.client = client;
    runs = ZooKeeperRunStore.open(client, name, home.resolve("archive"));
    ledger = ZooKeeperLedgerStore.open(client, home.resolve("ledger"));
    election = server.isPresent() ? this::alone : new LatchElection(client, runs, name);
  }

  /**
   * Opens a home, new or not. If it has a server of its own, one process at a time can have it
   * open.
   *
   * @param name how the leader that this process may become is called in messages
   * @throws DurableStateException if its state cannot be opened or is open to others
   */
  public static HomeState open(Path home, String name) {
    Optional<Ensemble> ensemble = Ensemble.ofHome(home);
    return ensemble.isPresent() ? shared(home, ensemble.get(), name) : own(home, name);
  }

  private static HomeState own(Path home, String name) {
    ZooKeeperSecret secret = ZooKeeperSecret.ofHome(home);
    EmbeddedZooKeeper server = EmbeddedZooKeeper.start(home);
    CuratorFramework client = null;
    HomeState opened = null;
    try {
      client = CuratorSession.open(server.connectString(), secret);
      AclCheck check = new AclCheck(client, Owner.of(secret));
      check.closeNewTree();
      check.verify("/", HomeState::endProcess);
      opened = new HomeState(Optional.of(server), server.connectString(), client, home, name);
      return opened;
    } finally {
      if (opened == null) {
        if (client != null) {
          client.close();
        }
        server.close();
      }
    }
  }

  private static HomeState shared(Path home, Ensemble ensemble, String name) {
    Path before = EmbeddedZooKeeper.dataDirectory(home);
    if (Files.exists(before)) {
      throw new DurableStateException(
          before
              + " holds the state of this home's own ZooKeeper, and "
              + home.resolve(Ensemble.FILE)
              + " names another one, which does not know its runs. Choose another BLOOMERY_HOME;"
              + " or, if none of its runs is live, move "
              + before
              + " away.");
    }
    CuratorSession.Access access = ensemble.access(home);
    EnsembleRoot.create(ensemble, access);
    CuratorFramework client = CuratorSession.open(access);
    HomeState opened = null;
    try {
      new AclCheck(client, access.owner())
          .verify(EnsembleRoot.toVerify(ensemble), HomeState::endProcess);
      opened = new HomeState(Optional.empty(), ensemble.connectString(), client, home, name);
      return opened;
    } finally {
      if (opened == null) {
        client.close();
      }
    }
  }

  /** What others can write must not be acted on any longer. */
  private static void endProcess(String problem) {
    try {
      LOG.error("this process ends: {}", problem);
    } finally {
      Runtime.getRuntime().halt(EmbeddedZooKeeper.EXIT_STATE_LOST);
    }
  }

  /** Whether a home's state lies with an ensemble, so that several control planes may serve it. */
  public static boolean isShared(Path home) {
    return Ensemble.ofHome(home).isPresent();
  }

  /**
   * Makes sure that this state belongs to a home: the names of its jobs end with the home's id, and
   * under another id they would not be found again.
   *
   * @throws DurableStateException if it belongs to another one
   */
  public void requireHome(String homeId) {
    String owner = runs.homeId(homeId);
    if (!owner.equals(homeId)) {
      throw new DurableStateException(
          "the state at "
              + connectString
              + " belongs to the home with id "
              + owner
              + ", and this one has id "
              + homeId
              + ". All control planes on one state use one home, on a file system that they share;"
              + " for another home choose another root in connect.");
    }
  }

  public RunStore runs() {
    return runs;
  }

  public LedgerStore ledger() {
    return ledger;
  }

  /** Who leads on this state. */
  public Election election() {
    return election;
  }

  /** Calls back, on a thread of ZooKeeper's client, when somebody has asked for something. */
  public void whenAsked(Runnable wake) {
    runs.whenAsked(wake);
  }

  /** The lock on the home is the election: nobody else can have this server open. */
  private Election.Office alone() {
    RunStore.Epoch epoch = runs.lead();
    CompletableFuture<Void> never = new CompletableFuture<>();
    return new Election.Office() {
      @Override
      public RunStore.Epoch epoch() {
        return epoch;
      }

      @Override
      public CompletableFuture<Void> lost() {
        return never;
      }

      @Override
      public void close() {
        // Nobody waits for it.
      }
    };
  }

  /** The session under the store, for what else is to be coordinated. */
  CuratorFramework client() {
    return client;
  }

  /** How long a leader may be silent before another one leads, as the servers have it. */
  public Duration session() {
    return Duration.ofMillis(client.getZookeeperClient().getLastNegotiatedSessionTimeoutMs());
  }

  /** Where further sessions to the same server connect: host and port. */
  public String connectString() {
    return connectString;
  }

  @Override
  public void close() {
    client.close();
    server.ifPresent(EmbeddedZooKeeper::close);
  }
}
