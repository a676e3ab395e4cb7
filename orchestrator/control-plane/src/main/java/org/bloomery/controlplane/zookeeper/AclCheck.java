package org.bloomery.controlplane.zookeeper;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that nobody else can read or write our nodes. ZooKeeper's access lists are not
 * inherited, so that each single node is looked at.
 */
public final class AclCheck {
  private static final Logger LOG = LoggerFactory.getLogger(AclCheck.class);

  /** ZooKeeper opens this one for reading at each start; it holds nothing of ours. */
  private static final String SERVER_CONFIG = "/zookeeper/config";

  /** From the leaves to the root: were this cut short, the open root would bring it on again. */
  private static final List<String> MADE_BY_SERVER = List.of("/zookeeper/quota", "/zookeeper", "/");

  private static final int NAMED_MAX = 5;

  /** So long a start may wait for it. */
  private static final Duration PROMPT_MAX = Duration.ofSeconds(2);

  /** Between two batches in the background, so that nobody notices it. */
  private static final long PAUSE_MILLIS = 250;

  private final CuratorFramework client;
  private final List<ACL> ownerOnly;
  private final Duration promptMax;
  private volatile boolean paced;

  /** A node's access list and whether it has children; of a node that has gone, neither. */
  private record Access(List<ACL> acl, boolean parent) {}

  public AclCheck(CuratorFramework client, Owner owner) {
    this(client, owner, PROMPT_MAX);
  }

  /**
   * A check.
   *
   * @param promptMax how long a tree may take to be looked at before it is served
   */
  AclCheck(CuratorFramework client, Owner owner, Duration promptMax) {
    this.client = client;
    this.ownerOnly = owner.ownerOnly();
    this.promptMax = promptMax;
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
   * Walks the tree below a node, from the top. Of a large tree the rest is looked at in the
   * background, after some seconds.
   *
   * @param late is told what is found then
   * @throws DurableStateException if a node is open to somebody else, of those looked at until then
   */
  public void verify(String root, Consumer<String> late) {
    CompletableFuture<List<String>> prompt = new CompletableFuture<>();
    Thread thread = new Thread(() -> walk(root, prompt, late), "access-check");
    thread.setDaemon(true);
    thread.start();
    try {
      refuse(prompt.get(promptMax.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      LOG.info("looks in the background at who may access the nodes below {}", root);
      paced = true;
      if (!prompt.complete(List.of())) {
        refuse(prompt.join());
      }
    } catch (ExecutionException e) {
      throw notChecked(root, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw notChecked(root, e);
    }
  }

  private static void refuse(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new DurableStateException(found(problems));
    }
  }

  private static String found(List<String> problems) {
    return "ZooKeeper holds nodes that others may read or change: "
        + String.join("; ", problems)
        + ". Whoever can write them can run commands as you. Find out who made them; "
        + "remove them, or restore the state from a backup.";
  }

  private void walk(String root, CompletableFuture<List<String>> prompt, Consumer<String> late) {
    try {
      List<String> problems = problems(root);
      if (prompt.complete(problems)) {
        return;
      }
      if (problems.isEmpty()) {
        LOG.info("all nodes are closed to everybody else");
      } else {
        late.accept(found(problems));
      }
    } catch (Exception e) {
      if (!prompt.completeExceptionally(e)) {
        LOG.info("not all nodes were looked at: {}", e.getMessage());
      }
    }
  }

  private List<String> problems(String root) throws Exception {
    Deque<String> toVisit = new ArrayDeque<>(List.of(root));
    List<String> problems = new ArrayList<>();
    while (!toVisit.isEmpty() && problems.size() < NAMED_MAX) {
      List<String> paths = new ArrayList<>();
      while (!toVisit.isEmpty() && paths.size() < Batch.SIZE) {
        paths.add(toVisit.remove());
      }
      visit(paths, toVisit, problems);
      if (paced) {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
    }
    return problems;
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

  private static DurableStateException notChecked(String root, Throwable e) {
    return new DurableStateException(
        "ZooKeeper does not show who may access the nodes under "
            + root
            + " ("
            + e.getMessage()
            + "). If zookeeper-secret was replaced, restore the one that belongs to this state.",
        e);
  }
}
