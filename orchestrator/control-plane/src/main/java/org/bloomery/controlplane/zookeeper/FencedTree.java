package org.bloomery.controlplane.zookeeper;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.Stat;
import org.bloomery.core.port.RunStore.ConflictException;
import org.bloomery.core.port.RunStore.DamagedException;
import org.bloomery.core.port.RunStore.Epoch;
import org.bloomery.core.port.RunStore.FencedException;
import org.bloomery.core.port.RunStore.StoreException;
import org.bloomery.core.port.RunStore.UnavailableException;

/** Nodes that are changed under an epoch: each transaction fails once another one leads. */
final class FencedTree {
  private final CuratorFramework client;

  FencedTree(CuratorFramework client) {
    this.client = client;
  }

  /** One write: what it changes, in words, and where its content is found once it took effect. */
  static final class Change {
    private final String what;
    private final String proof;
    private final byte[] content;
    private final long version;

    Change(String what, String proof, byte[] content, long version) {
      this.what = what;
      this.proof = proof;
      this.content = content;
      this.version = version;
    }
  }

  /** The first operation of each transaction; {@link #refusal} relies on that. */
  CuratorOp fence(Epoch epoch) throws Exception {
    // Version -1 would match any, and 0 is that of a store that nobody has ever led.
    if (epoch.number() < 1) {
      throw new IllegalArgumentException("only lead() gives out epochs: " + epoch);
    }
    int version = Math.toIntExact(epoch.number());
    return client.transactionOp().check().withVersion(version).forPath(Layout.EPOCH);
  }

  /**
   * Lets operations take effect together, the first of which is the {@link #fence}. Of a request
   * whose answer was lost, its content tells afterwards whether it did.
   */
  void commit(Change change, List<CuratorOp> operations) {
    Optional<KeeperException> refused =
        answer(
            change.proof,
            () -> {
              try {
                client.transaction().forOperations(operations);
                return Optional.empty();
              } catch (KeeperException.BadVersionException
                  | KeeperException.NodeExistsException
                  | KeeperException.NoNodeException e) {
                return Optional.of(e);
              }
            });
    if (refused.isEmpty()) {
      return;
    }
    boolean ours =
        read(change.proof, new Stat())
            .filter(stored -> Arrays.equals(stored, change.content))
            .isPresent();
    StoreException refusal = refusal(change, refused.get(), ours);
    if (!ours || refusal instanceof FencedException) {
      throw refusal;
    }
  }

  private StoreException refusal(Change change, KeeperException e, boolean written) {
    if (failedOperation(e) == 0) {
      String leader =
          read(Layout.EPOCH, new Stat())
              .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
              .orElse("nobody");
      return new FencedException(
          change.what
              + ": "
              + leader
              + " leads now; version "
              + change.version
              + " was "
              + (written ? "recorded before that" : "not recorded"),
          e);
    }
    return new ConflictException(
        change.what
            + ": "
            + (change.version == 1
                ? "another one of this name exists"
                : "it is no longer at version " + (change.version - 1)),
        e);
  }

  /** The place in its transaction of the operation that made all of them fail. */
  private static int failedOperation(KeeperException e) {
    List<OpResult> results = e.getResults();
    for (int i = 0; results != null && i < results.size(); i++) {
      if (results.get(i) instanceof OpResult.ErrorResult error
          && error.getErr() == e.code().intValue()) {
        return i;
      }
    }
    throw new IllegalStateException("a refused transaction names no operation", e);
  }

  /**
   * Writes the next version of a node, which must still be at the one before.
   *
   * @param what it is, in words
   * @param version that it will have, counted from 1
   */
  void write(String what, String path, byte[] content, long version, Epoch epoch) {
    List<CuratorOp> operations = new ArrayList<>();
    answer(
        path,
        () -> {
          operations.add(fence(epoch));
          operations.add(
              version == 1
                  ? client.transactionOp().create().forPath(path, content)
                  : client
                      .transactionOp()
                      .setData()
                      .withVersion(Math.toIntExact(version - 2))
                      .forPath(path, content));
          return null;
        });
    commit(new Change(what, path, content, version), operations);
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

  /** The names of a node's children, sorted; none if there is no such node. */
  List<String> children(String path) {
    return answer(
        path,
        () -> {
          try {
            return client.getChildren().forPath(path).stream().sorted().toList();
          } catch (KeeperException.NoNodeException e) {
            return List.of();
          }
        });
  }

  /** What a node holds, if there is one. */
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
