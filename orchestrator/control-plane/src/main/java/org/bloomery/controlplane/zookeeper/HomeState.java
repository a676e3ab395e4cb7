package org.bloomery.controlplane.zookeeper;

import java.nio.file.Path;
import org.apache.curator.framework.CuratorFramework;
import org.bloomery.core.port.LedgerStore;
import org.bloomery.core.port.RunStore;

/**
 * Everything that is durable in one home: its ZooKeeper server, a session to it, runs and ledger.
 */
public final class HomeState implements AutoCloseable {
  private final EmbeddedZooKeeper server;
  private final CuratorFramework client;
  private final ZooKeeperRunStore runs;
  private final ZooKeeperLedgerStore ledger;

  private HomeState(
      EmbeddedZooKeeper server,
      CuratorFramework client,
      ZooKeeperRunStore runs,
      ZooKeeperLedgerStore ledger) {
    this.server = server;
    this.client = client;
    this.runs = runs;
    this.ledger = ledger;
  }

  /**
   * Opens a home, new or not. One process at a time can have it open.
   *
   * @param name how the leader that this process may become is called in messages
   * @throws DurableStateException if its state cannot be opened or is open to others
   */
  public static HomeState open(Path home, String name) {
    ZooKeeperSecret secret = ZooKeeperSecret.ofHome(home);
    EmbeddedZooKeeper server = EmbeddedZooKeeper.start(home);
    CuratorFramework client = null;
    HomeState opened = null;
    try {
      client = CuratorSession.open(server.connectString(), secret);
      AclCheck check = new AclCheck(client, secret);
      check.closeNewTree();
      check.verify("/");
      opened =
          new HomeState(
              server,
              client,
              ZooKeeperRunStore.open(client, name),
              ZooKeeperLedgerStore.open(client, home.resolve("ledger")));
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

  public RunStore runs() {
    return runs;
  }

  public LedgerStore ledger() {
    return ledger;
  }

  /** The session under the store, for what else is to be coordinated. */
  public CuratorFramework client() {
    return client;
  }

  /** Where further sessions to the same server connect: host and port. */
  public String connectString() {
    return server.connectString();
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
