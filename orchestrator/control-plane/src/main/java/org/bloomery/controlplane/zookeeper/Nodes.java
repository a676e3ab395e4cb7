package org.bloomery.controlplane.zookeeper;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.bloomery.core.port.RunStore.DamagedException;
import org.bloomery.core.port.RunStore.UnavailableException;

/** Single nodes, with the troubles of asking for them in our words. */
final class Nodes {
  private final CuratorFramework client;

  Nodes(CuratorFramework client) {
    this.client = client;
  }

  /** Makes a node with its parents unless it exists; what it holds then stays as it is. */
  void ensure(String path, byte[] data) {
    answer(
        path,
        () -> {
          if (client.checkExists().forPath(path) != null) {
            return null;
          }
          try {
            return client.create().creatingParentsIfNeeded().forPath(path, data);
          } catch (KeeperException.NodeExistsException e) {
            // Made by another process, or by us before an answer was lost.
            return null;
          }
        });
  }

  /** What a node holds; nothing if there is none. */
  Optional<byte[]> read(String path, Stat stat) {
    return answer(
        path,
        () -> {
          try {
            return Optional.of(client.getData().storingStatIn(stat).forPath(path));
          } catch (KeeperException.NoNodeException e) {
            return Optional.empty();
          }
        });
  }

  /** Waits for ZooKeeper's answer, and says in our words why there is none. */
  static <T> T answer(String path, Callable<T> call) {
    try {
      return call.call();
    } catch (KeeperException.NoAuthException | KeeperException.AuthFailedException e) {
      throw new DamagedException(
          path + " does not open to this home's secret: it was made by somebody else", e);
    } catch (RuntimeException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException(path + ": interrupted while waiting for ZooKeeper", e);
    } catch (Exception e) {
      throw new UnavailableException(path + ": ZooKeeper does not answer: " + e.getMessage(), e);
    }
  }
}
