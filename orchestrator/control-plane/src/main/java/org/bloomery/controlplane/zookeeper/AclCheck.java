package org.bloomery.controlplane.zookeeper;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;

/**
 * Sees to it that nobody else can read or write our nodes. ZooKeeper's access lists are not
 * inherited, so that each single node is looked at.
 */
public final class AclCheck {
  /** ZooKeeper opens this one for reading at each start; it holds nothing of ours. */
  private static final String SERVER_CONFIG = "/zookeeper/config";

  /** From the leaves to the root: were this cut short, the open root would bring it on again. */
  private static final List<String> MADE_BY_SERVER = List.of("/zookeeper/quota", "/zookeeper", "/");

  private static final int NAMED_MAX = 5;

  private final CuratorFramework client;
  private final List<ACL> ownerOnly;

  /** A node's access list and whether it has children; of a node that has gone, neither. */
  private record Access(List<ACL> acl, boolean parent) {}

  public AclCheck(CuratorFramework client, Owner owner) {
    this.client = client;
    this.ownerOnly = owner.ownerOnly();
  }

  /** Closes the nodes that a new server has made; a tree that holds anything else stays as is. */
  public void closeNewTree() {
    try {
      boolean open = client.getACL().forPath("/").equals(ZooDefs.Ids.OPEN_ACL_UNSAFE);
      if (open && client.getChildren().forPath("/").equals(List.of("zookeeper"))) {
        for (String path : MADE_BY_SERVER) {
          client.setACL().withACL(ownerOnly).forPath(path);
        }
      }
    } catch (Exception e) {
      throw notChecked("/", e);
    }
  }

  /**
   * Walks the tree below a node.
   *
   * @throws DurableStateException if any node in it is open to somebody else
   */
  public void verify(String root) {
    Deque<String> toVisit = new ArrayDeque<>(List.of(root));
    List<String> problems = new ArrayList<>();
    while (!toVisit.isEmpty() && problems.size() < NAMED_MAX) {
      List<String> paths = new ArrayList<>();
      while (!toVisit.isEmpty() && paths.size() < Batch.SIZE) {
        paths.add(toVisit.remove());
      }
      try {
        visit(paths, toVisit, problems);
      } catch (Exception e) {
        throw notChecked(root, e);
      }
    }
    if (!problems.isEmpty()) {
      throw new DurableStateException(
          "ZooKeeper holds nodes that others may read or change: "
              + String.join("; ", problems)
              + ". Whoever can write them can run commands as you. Find out who made them; "
              + "remove them, or restore the state from a backup.");
    }
  }

  private void visit(List<String> paths, Deque<String> toVisit, List<String> problems)
      throws Exception {
    List<Access> found = Batch.ask(client, paths, AclCheck::askAccess);
    List<String> parents = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      if (!allowed(paths.get(i), found.get(i).acl())) {
        problems.add(paths.get(i) + " allows " + words(found.get(i).acl()));
      }
      if (found.get(i).parent()) {
        parents.add(paths.get(i));
      }
    }
    List<List<String>> children = Batch.ask(client, parents, AclCheck::askChildren);
    for (int i = 0; i < parents.size(); i++) {
      String prefix = parents.get(i).equals("/") ? "/" : parents.get(i) + "/";
      children.get(i).forEach(child -> toVisit.add(prefix + child));
    }
  }

  private boolean allowed(String path, List<ACL> acl) {
    return ownerOnly.containsAll(acl)
        || (path.equals(SERVER_CONFIG) && acl.equals(ZooDefs.Ids.READ_ACL_UNSAFE));
  }

  private static String words(List<ACL> acl) {
    List<String> entries = new ArrayList<>();
    for (ACL entry : acl) {
      entries.add(
          entry.getId().getScheme() + ":" + entry.getId().getId() + " " + perms(entry.getPerms()));
    }
    return String.join(", ", entries);
  }

  private static String perms(int bits) {
    List<String> words = new ArrayList<>();
    List<String> names = List.of("read", "write", "create", "delete", "admin");
    for (int i = 0; i < names.size(); i++) {
      if ((bits & 1 << i) != 0) {
        words.add(names.get(i));
      }
    }
    return String.join("+", words);
  }

  private static void askAccess(ZooKeeper zooKeeper, String path, CompletableFuture<Access> to) {
    zooKeeper.getACL(
        path,
        new Stat(),
        (code, p, context, acl, stat) -> {
          boolean gone = code == Code.NONODE.intValue();
          Access access =
              gone || stat == null
                  ? new Access(List.of(), false)
                  : new Access(acl, stat.getNumChildren() > 0);
          Batch.settle(to, gone ? Code.OK.intValue() : code, path, access);
        },
        null);
  }

  private static void askChildren(
      ZooKeeper zooKeeper, String path, CompletableFuture<List<String>> to) {
    zooKeeper.getChildren(
        path, false, (code, p, context, children) -> Batch.settle(to, code, path, children), null);
  }

  private static DurableStateException notChecked(String root, Exception e) {
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return new DurableStateException(
        "ZooKeeper does not show who may access the nodes under "
            + root
            + " ("
            + e.getMessage()
            + "). If zookeeper-secret was replaced, restore the one that belongs to this state.",
        e);
  }
}
