package org.bloomery.controlplane.zookeeper;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.RunStore.Asked;
import org.bloomery.core.port.RunStore.DamagedException;
import org.bloomery.core.port.RunStore.Epoch;
import org.bloomery.core.port.RunStore.LimitException;

/** What was asked for and no leader has read yet: a node for each, made with the fact itself. */
final class AskedNodes {
  /** ZooKeeper lists a node's children in one answer of at most 1 MiB. */
  private static final int WAITING_MAX = 8000;

  private static final Pattern NAME = Pattern.compile("([a-z0-9-]+)\\.([0-9]{10})");

  private final CuratorFramework client;
  private final FencedTree tree;
  private final CuratorWatcher watcher;
  private volatile Runnable wake = () -> {};

  AskedNodes(CuratorFramework client, FencedTree tree) {
    this.client = client;
    this.tree = tree;
    // One object for all watches: ZooKeeper then keeps one.
    watcher =
        event -> {
          if (event.getType() == EventType.NodeChildrenChanged) {
            wake.run();
          }
        };
  }

  void whenAsked(Runnable callback) {
    wake = callback;
  }

  /** The part of a transaction that tells the leader, whoever that is. */
  CuratorOp tell(RunId run) throws Exception {
    Stat stat = client.checkExists().forPath(Layout.ASKED);
    if (stat != null && stat.getNumChildren() >= WAITING_MAX) {
      throw new LimitException(
          run + ": " + WAITING_MAX + " requests wait already, and no control plane acts on them");
    }
    return client
        .transactionOp()
        .create()
        .withMode(CreateMode.PERSISTENT_SEQUENTIAL)
        .forPath(Layout.ASKED + "/" + run + ".");
  }

  /** All that wait, oldest first; whoever asks hears of the next one, too. */
  List<Asked> waiting() {
    List<String> names =
        FencedTree.answer(
            Layout.ASKED, () -> client.getChildren().usingWatcher(watcher).forPath(Layout.ASKED));
    List<Asked> asked = new ArrayList<>();
    for (String name : names) {
      Matcher parts = NAME.matcher(name);
      if (!parts.matches() || !RunId.isValid(parts.group(1))) {
        throw new DamagedException(Layout.ASKED + "/" + name + " is none of ours", null);
      }
      asked.add(new Asked(new RunId(parts.group(1)), Long.parseLong(parts.group(2))));
    }
    Collections.sort(asked, (a, b) -> Long.compare(a.number(), b.number()));
    return asked;
  }

  /** Removes what was read, unless another leads; what is gone already is no trouble. */
  void remove(List<Asked> read, Epoch epoch) {
    for (int from = 0; from < read.size(); from += Batch.SIZE) {
      List<Asked> part = read.subList(from, Math.min(read.size(), from + Batch.SIZE));
      FencedTree.answer(
          Layout.ASKED,
          () -> {
            List<CuratorOp> operations = new ArrayList<>(List.of(tree.fence(epoch)));
            for (Asked one : part) {
              operations.add(client.transactionOp().delete().forPath(path(one)));
            }
            try {
              client.transaction().forOperations(operations);
            } catch (KeeperException.NoNodeException e) {
              // Our own request, sent again after its answer was lost.
            } catch (KeeperException.BadVersionException e) {
              // Another leads: it reads them itself.
            }
            return null;
          });
    }
  }

  private static String path(Asked one) {
    return Layout.ASKED + "/" + one.run() + "." + String.format(Locale.ROOT, "%010d", one.number());
  }
}
