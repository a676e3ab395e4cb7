package org.bloomery.controlplane.zookeeper;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.bloomery.core.id.RunId;
import org.bloomery.core.id.Sha256;
import org.bloomery.core.nodes.SiteNodes;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;

/**
 * The runs in ZooKeeper.
 *
 * <pre>
 * /bloomery/v1
 *   /epoch                             who leads; the node's version is the leadership number
 *   /runs/3f/bloom-nano                the state (JSON, at most 64 KiB); 3f: SHA-256 of the name
 *     /events/0000000/0000000001       the record that made version 1 (JSON, at most 64 KiB)
 *     /events/0000000/0000000002       ... at most 1,000 under one parent
 *   /nodes/jean-zay                    what is known of a cluster's nodes (JSON, at most 64 KiB)
 *   /budgets, /ledger                      see {@link ZooKeeperLedgerStore}
 *   /specs/9a/9ab1...                  a spec's text (at most 256 KiB) under its SHA-256
 *
 * Layout v1, the first one.
 * </pre>
 *
 * <p>Each record is one transaction: check the epoch, set the state if its version is still the one
 * that was read, create the event. The state's version is always the node's version + 1. A request
 * whose answer was lost is sent again: the versions let it take effect once, and its event tells
 * afterwards whether that was ours.
 */
public final class ZooKeeperRunStore implements RunStore {
  private final CuratorFramework client;
  private final FencedTree tree;
  private final String name;
  private final RunCodec codec = new RunCodec();

  private ZooKeeperRunStore(CuratorFramework client, String name) {
    this.client = client;
    this.tree = new FencedTree(client);
    this.name = name;
  }

  /**
   * Opens the store, and lays it out if it is new.
   *
   * @param client a started session of {@link CuratorSession}, which stays the caller's
   * @param name how the leader that this process may become is called in messages
   */
  public static ZooKeeperRunStore open(CuratorFramework client, String name) {
    ZooKeeperRunStore store = new ZooKeeperRunStore(client, name);
    for (String path : List.of(Layout.EPOCH, Layout.RUNS, Layout.SPECS, Layout.NODES)) {
      store.tree.ensure(path, new byte[0]);
    }
    return store;
  }

  @Override
  public Epoch lead() {
    // Sent twice after a lost answer, it skips a number, which does no harm.
    byte[] leader = name.getBytes(StandardCharsets.UTF_8);
    Stat stat =
        FencedTree.answer(Layout.EPOCH, () -> client.setData().forPath(Layout.EPOCH, leader));
    return new Epoch(stat.getVersion());
  }

  @Override
  public List<RunId> list() {
    List<RunId> runs = new ArrayList<>();
    for (String bucket : tree.children(Layout.RUNS)) {
      String path = Layout.RUNS + "/" + bucket;
      for (String child : tree.children(path)) {
        if (!RunId.isValid(child)) {
          throw new DamagedException(path + "/" + child + " is not named like a run", null);
        }
        runs.add(new RunId(child));
      }
    }
    Collections.sort(runs);
    return runs;
  }

  @Override
  public Optional<Run> load(RunId id) {
    String path = Layout.run(id);
    Stat stat = new Stat();
    Optional<byte[]> data = tree.read(path, stat);
    if (data.isEmpty()) {
      return Optional.empty();
    }
    Run run = codec.decodeRun(data.get(), path);
    if (!run.id().equals(id) || run.version() != stat.getVersion() + 1L) {
      throw new DamagedException(
          path
              + " (node version "
              + stat.getVersion()
              + ") holds version "
              + run.version()
              + " of "
              + run.id(),
          null);
    }
    RunRecord last = records(id, run.version(), run.version()).get(0);
    if (!last.at().equals(run.updatedAt()) || !last.why().equals(run.why())) {
      throw new DamagedException(path + " is not what its last record " + last + " made", null);
    }
    return Optional.of(run);
  }

  @Override
  public List<RunRecord> history(RunId id, long afterVersion, int limit) {
    String path = Layout.run(id);
    Stat stat = FencedTree.answer(path, () -> client.checkExists().forPath(path));
    long newest = stat == null ? 0 : stat.getVersion() + 1L;
    long last = Math.min(newest, afterVersion + Math.max(limit, 0));
    List<RunRecord> records = new ArrayList<>();
    for (long from = afterVersion + 1; from <= last; from += Batch.SIZE) {
      records.addAll(records(id, from, Math.min(last, from + Batch.SIZE - 1)));
    }
    return records;
  }

  @Override
  public Run create(
      RunEvent.RunSubmitted submitted, String specText, String why, Instant at, Epoch epoch) {
    byte[] spec = codec.encodeSpec(specText);
    String sha256 = submitted.spec().sha256();
    if (!sha256.equals(Sha256.of(specText))) {
      throw new IllegalArgumentException(submitted.run() + ": the spec is not the one submitted");
    }
    RunRecord first = new RunRecord(1, at, epoch.number(), why, List.of(submitted));
    Run run = Run.fold(List.of(first));
    byte[] state = codec.encode(run);
    byte[] event = codec.encode(first);

    RunId id = run.id();
    String path = Layout.run(id);
    // These may stay behind should the rest fail: they say nothing about any run.
    tree.ensure(Layout.spec(sha256), spec);
    tree.ensure(path.substring(0, path.lastIndexOf('/')), new byte[0]);
    List<CuratorOp> operations = new ArrayList<>();
    FencedTree.answer(
        path,
        () -> {
          operations.add(tree.fence(epoch));
          operations.add(client.transactionOp().create().forPath(path, state));
          operations.add(client.transactionOp().create().forPath(Layout.events(id), new byte[0]));
          addEvent(operations, id, 1, event);
          return null;
        });
    tree.commit(change(run, event), operations);
    return run;
  }

  @Override
  public Run record(Run run, List<RunEvent> facts, String why, Instant at, Epoch epoch) {
    long version = run.version() + 1;
    RunRecord next = new RunRecord(version, at, epoch.number(), why, facts);
    Run after = run.after(next);
    byte[] state = codec.encode(after);
    byte[] event = codec.encode(next);

    String path = Layout.run(run.id());
    int expected = Math.toIntExact(run.version() - 1);
    List<CuratorOp> operations = new ArrayList<>();
    FencedTree.answer(
        path,
        () -> {
          operations.add(tree.fence(epoch));
          operations.add(
              client.transactionOp().setData().withVersion(expected).forPath(path, state));
          addEvent(operations, run.id(), version, event);
          return null;
        });
    tree.commit(change(after, event), operations);
    return after;
  }

  @Override
  public SiteNodes nodes(String cluster) {
    String path = Layout.nodes(cluster);
    Stat stat = new Stat();
    Optional<byte[]> data = tree.read(path, stat);
    if (data.isEmpty()) {
      return SiteNodes.none(cluster);
    }
    SiteNodes nodes = codec.decodeNodes(data.get(), path);
    if (!nodes.cluster().equals(cluster) || nodes.version() != stat.getVersion() + 1L) {
      throw new DamagedException(path + " holds another version or cluster than its own", null);
    }
    return nodes;
  }

  @Override
  public SiteNodes recordNodes(SiteNodes nodes, Epoch epoch) {
    SiteNodes next = nodes.next();
    byte[] content = codec.encode(next);
    tree.write(
        "the nodes of " + next.cluster(),
        Layout.nodes(next.cluster()),
        content,
        next.version(),
        epoch);
    return next;
  }

  /** Events never change: if this one is there, an earlier sending of the request made it. */
  private static FencedTree.Change change(Run after, byte[] event) {
    RunId id = after.id();
    long version = after.version();
    return new FencedTree.Change(id.value(), Layout.event(id, version), event, version);
  }

  @Override
  public Optional<String> specText(String sha256) {
    String path = Layout.spec(sha256);
    Optional<String> text =
        tree.read(path, new Stat()).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    if (text.isPresent() && !Sha256.of(text.get()).equals(sha256)) {
      throw new DamagedException(path + " holds another text than its name says", null);
    }
    return text;
  }

  private void addEvent(List<CuratorOp> operations, RunId id, long version, byte[] event)
      throws Exception {
    if (Layout.startsShard(version)) {
      String shard = Layout.shard(id, version);
      operations.add(client.transactionOp().create().forPath(shard, new byte[0]));
    }
    operations.add(client.transactionOp().create().forPath(Layout.event(id, version), event));
  }

  /** Records from one version to another, at most {@link Batch#SIZE}; a hole is damage. */
  private List<RunRecord> records(RunId id, long from, long to) {
    List<String> paths = new ArrayList<>();
    for (long version = from; version <= to; version++) {
      paths.add(Layout.event(id, version));
    }
    List<Optional<byte[]>> found =
        FencedTree.answer(
            Layout.events(id), () -> Batch.ask(client, paths, ZooKeeperRunStore::askData));
    List<RunRecord> records = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      String path = paths.get(i);
      byte[] bytes =
          found.get(i).orElseThrow(() -> new DamagedException(path + " is missing", null));
      RunRecord next = codec.decodeRecord(bytes, path);
      if (next.version() != from + i) {
        throw new DamagedException(path + " holds the record of another version", null);
      }
      records.add(next);
    }
    return records;
  }

  private static void askData(
      ZooKeeper zooKeeper, String path, CompletableFuture<Optional<byte[]>> to) {
    zooKeeper.getData(
        path,
        false,
        (code, p, context, data, stat) -> {
          boolean missing = code == Code.NONODE.intValue();
          Batch.settle(to, missing ? Code.OK.intValue() : code, path, Optional.ofNullable(data));
        },
        null);
  }
}
