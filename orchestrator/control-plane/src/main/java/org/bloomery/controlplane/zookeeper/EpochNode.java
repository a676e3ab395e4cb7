package org.bloomery.controlplane.zookeeper;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.bloomery.core.port.RunStore.Epoch;
import org.bloomery.core.port.RunStore.FencedException;
import org.bloomery.core.port.RunStore.Leader;
import org.bloomery.core.port.RunStore.UnavailableException;

/**
 * The node whose version is the leadership number. Each fenced transaction that succeeds proves
 * that its epoch still led when it was sent; the session then lived, and for as long as it does
 * nobody else is elected.
 */
final class EpochNode {
  private final CuratorFramework client;
  private final FencedTree tree;
  private final byte[] name;
  private volatile Proof last = new Proof(new Epoch(0), 0);

  /** An epoch that led at a time of the monotonic clock. */
  private record Proof(Epoch epoch, long sentNanos) {}

  EpochNode(CuratorFramework client, FencedTree tree, String name) {
    this.client = client;
    this.tree = tree;
    this.name = name.getBytes(StandardCharsets.UTF_8);
  }

  /** Takes over from whoever leads. Sent twice after a lost answer, it skips a number. */
  Epoch lead() {
    long sent = System.nanoTime();
    Stat stat = FencedTree.answer(Layout.EPOCH, () -> client.setData().forPath(Layout.EPOCH, name));
    Epoch epoch = new Epoch(stat.getVersion());
    proved(epoch, sent);
    return epoch;
  }

  /** Takes over only while a node of ours exists, in one transaction. */
  Optional<Epoch> leadWhile(String node) {
    long sent = System.nanoTime();
    Optional<Epoch> epoch =
        FencedTree.answer(
            Layout.EPOCH,
            () -> {
              List<CuratorOp> operations =
                  List.of(
                      client.transactionOp().check().forPath(node),
                      client.transactionOp().setData().forPath(Layout.EPOCH, name));
              try {
                List<CuratorTransactionResult> results =
                    client.transaction().forOperations(operations);
                return Optional.of(new Epoch(results.get(1).getResultStat().getVersion()));
              } catch (KeeperException.NoNodeException e) {
                return Optional.empty();
              }
            });
    epoch.ifPresent(mine -> proved(mine, sent));
    return epoch;
  }

  /** Who leads. */
  Leader leader() {
    Stat stat = new Stat();
    String leader =
        tree.read(Layout.EPOCH, stat)
            .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
            .orElse("");
    return new Leader(new Epoch(stat.getVersion()), leader);
  }

  private void proved(Epoch epoch, long sentNanos) {
    last = new Proof(epoch, sentNanos);
  }

  /** Makes sure that an epoch leads: by a proof that is fresh, or by a new one. */
  void confirm(Epoch epoch) {
    if (isFresh(epoch)) {
      return;
    }
    long sent = System.nanoTime();
    boolean leads =
        FencedTree.answer(
            Layout.EPOCH,
            () -> {
              try {
                client.transaction().forOperations(tree.fence(epoch));
                return true;
              } catch (KeeperException.BadVersionException e) {
                return false;
              }
            });
    if (!leads) {
      throw new FencedException(leader().name() + " leads now", null);
    }
    proved(epoch, sent);
    if (!isFresh(epoch)) {
      throw new UnavailableException("ZooKeeper took so long that another may lead by now", null);
    }
  }

  /** A third of what a session survives: the rest is for the clocks and for the act itself. */
  private boolean isFresh(Epoch epoch) {
    Proof proof = last;
    int session = client.getZookeeperClient().getLastNegotiatedSessionTimeoutMs();
    return proof.epoch().equals(epoch)
        && System.nanoTime() - proof.sentNanos() < Duration.ofMillis(session).toNanos() / 3;
  }
}
