package org.bloomery.controlplane.zookeeper;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
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
 *   /home                              the id of the home that all of this belongs to
 *   /candidates                        who may lead next (Curator's latch; only with an ensemble)
 *   /asked/bloom-nano.0000000007       somebody has changed this run by asking; gone once read
 *   /runs/3f/bloom-nano                the state (JSON, at most 64 KiB); 3f: SHA-256 of the name
 *     /events/0000000/0000000001       the record that made version 1 (JSON, at most 64 KiB)
 *     /events/0000000/0000000002       ... at most 1,000 under one parent; of an old thousand the
 *                                      parent holds where in a file they lie: {@link RunArchive}
 *     /spec                            the text that it was submitted with (at most 256 KiB)
 *   /archive/3f/bloom-nano             where in a file an archived run lies: see {@link RunArchive}
 *   /nodes/jean-zay                    what is known of a cluster's nodes (JSON, at most 64 KiB)
 *   /budgets, /ledger                      see {@link ZooKeeperLedgerStore}
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
  /** Records of archived runs that are held in memory together, and become one file. */
  private static final long ARCHIVED_AT_ONCE = 20_000;

  private static final List<String> PARENTS =
      List.of(
          Layout.EPOCH, Layout.CANDIDATES, Layout.ASKED, Layout.RUNS, Layout.ARCHIVE, Layout.NODES);

  private final CuratorFramework client;
  private final FencedTree tree;
  private final EpochNode epochs;
  private final AskedNodes asked;
  private final ArchivedRuns archived;
  private final RunCodec codec = new RunCodec();

  private ZooKeeperRunStore(CuratorFramework client, String name, Path archive) {
    this.client = client;
    tree = new FencedTree(client);
    epochs = new EpochNode(client, tree, name);
    asked = new AskedNodes(client, tree);
    archived = new ArchivedRuns(client, tree, codec, new RunArchive(archive, codec));
  }

  /**
   * Opens the store, and lays it out if it is new.
   *
   * @param client a started session of {@link CuratorSession}, which stays the caller's
   * @param name how the leader that this process may become is called in messages
   * @param archive the directory of archived runs; the same for all that share a ZooKeeper
   */
  public static ZooKeeperRunStore open(CuratorFramework client, String name, Path archive) {
    ZooKeeperRunStore store = new ZooKeeperRunStore(client, name, archive);
    for (String path : PARENTS) {
      store.tree.ensure(path, new byte[0]);
    }
    return store;
  }

  /** The id of the home that this state belongs to; whoever says it first decides it. */
  String homeId(String mine) {
    tree.ensure(Layout.HOME, mine.getBytes(StandardCharsets.UTF_8));
    return tree.read(Layout.HOME, new Stat())
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .orElseThrow(() -> new DamagedException(Layout.HOME + " has gone", null));
  }

  /** Calls back when somebody has asked for something since {@link #asked} was called last. */
  void whenAsked(Runnable wake) {
    asked.whenAsked(wake);
  }

  @Override
  public Epoch lead() {
    return epochs.lead();
  }

  /** Leads only while a node that only this process can have made exists. */
  Optional<Epoch> leadWhile(String node) {
    return epochs.leadWhile(node);
  }

  @Override
  public Leader leader() {
    return epochs.leader();
  }

  @Override
  public void confirm(Epoch epoch) {
    epochs.confirm(epoch);
  }

  @Override
  public List<Asked> asked() {
    return asked.waiting();
  }

  @Override
  public void answered(List<Asked> read, Epoch epoch) {
    asked.remove(read, epoch);
  }

  @Override
  public List<RunId> list() {
    List<RunId> runs = new ArrayList<>(namesUnder(Layout.RUNS));
    runs.addAll(namesUnder(Layout.ARCHIVE));
    // One that moves just now is in both.
    return runs.stream().distinct().sorted().toList();
  }

  @Override
  public List<RunId> present() {
    return namesUnder(Layout.RUNS).stream().sorted().toList();
  }

  private List<RunId> namesUnder(String parent) {
    List<RunId> runs = new ArrayList<>();
    for (String bucket : tree.children(parent)) {
      String path = parent + "/" + bucket;
      for (String child : tree.children(path)) {
        if (!RunId.isValid(child)) {
          throw new DamagedException(path + "/" + child + " is not named like a run", null);
        }
        runs.add(new RunId(child));
      }
    }
    return runs;
  }

  @Override
  public Optional<Run> load(RunId id) {
    return load(List.of(id)).stream().findFirst();
  }

  /** A state and its node's version. */
  private static final class Stored {
    private final byte[] state;
    private final int version;

    Stored(byte[] state, int version) {
      this.state = state;
      this.version = version;
    }
  }

  @Override
  public List<Run> load(List<RunId> ids) {
    List<Run> runs = new ArrayList<>();
    for (int from = 0; from < ids.size(); from += Batch.SIZE) {
      List<RunId> part = ids.subList(from, Math.min(ids.size(), from + Batch.SIZE));
      List<Optional<Run>> states = states(part);
      checkLastRecords(states.stream().flatMap(Optional::stream).toList());
      for (int i = 0; i < part.size(); i++) {
        RunId id = part.get(i);
        states.get(i).or(() -> archived.load(id)).ifPresent(runs::add);
      }
    }
    return runs;
  }

  /** The states of some runs, at most {@link Batch#SIZE}; nothing for those that are archived. */
  private List<Optional<Run>> states(List<RunId> ids) {
    List<String> paths = ids.stream().map(Layout::run).toList();
    List<Optional<Stored>> found =
        FencedTree.answer(
            Layout.RUNS, () -> Batch.ask(client, paths, Batch.orNothing(Stored::new)));
    List<Optional<Run>> states = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      RunId id = ids.get(i);
      states.add(found.get(i).map(stored -> state(id, stored)));
    }
    return states;
  }

  private Run state(RunId id, Stored stored) {
    String path = Layout.run(id);
    Run run = codec.decodeRun(stored.state, path);
    if (!run.id().equals(id) || run.version() != stored.version + 1L) {
      throw new DamagedException(
          path
              + " (node version "
              + stored.version
              + ") holds version "
              + run.version()
              + " of "
              + run.id(),
          null);
    }
    return run;
  }

  /** A state without the record that made it is damage that is better found before it is used. */
  private void checkLastRecords(List<Run> states) {
    // What is over is acted on no more, and may be on its way into the archive.
    List<Run> runs = states.stream().filter(run -> !run.isFinished()).toList();
    List<String> paths = runs.stream().map(run -> Layout.event(run.id(), run.version())).toList();
    List<RunRecord> last = records(paths);
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      RunRecord made = last.get(i);
      if (made.version() != run.version()
          || !made.at().equals(run.updatedAt())
          || !made.why().equals(run.why())) {
        throw new DamagedException(
            Layout.run(run.id()) + " is not what its last record " + made + " made", null);
      }
    }
  }

  @Override
  public List<RunRecord> history(RunId id, long afterVersion, int limit) {
    String path = Layout.run(id);
    Stat stat = FencedTree.answer(path, () -> client.checkExists().forPath(path));
    if (stat == null) {
      return archivedHistory(id, afterVersion, limit);
    }
    long last = Math.min(stat.getVersion() + 1L, afterVersion + Math.max(limit, 0));
    List<RunRecord> records = new ArrayList<>();
    try {
      long from = afterVersion + 1;
      while (from <= last) {
        List<RunRecord> page = page(id, from, Math.min(last, Layout.nextShard(from) - 1));
        records.addAll(page);
        from += page.size();
      }
    } catch (DamagedException e) {
      if (archived.place(id).isPresent()) {
        return archivedHistory(id, afterVersion, limit);
      }
      throw e;
    }
    return records;
  }

  /** The first of the records from one version to another, which have one parent; at least one. */
  private List<RunRecord> page(RunId id, long from, long to) {
    try {
      return records(id, from, Math.min(to, from + Batch.SIZE - 1));
    } catch (DamagedException e) {
      List<RunRecord> old =
          archived.records(id, from).orElse(List.of()).stream()
              .filter(entry -> entry.version() >= from && entry.version() <= to)
              .toList();
      if (old.isEmpty()) {
        throw e;
      }
      return old;
    }
  }

  private List<RunRecord> archivedHistory(RunId id, long afterVersion, int limit) {
    return archived.content(id).map(RunArchive.Content::history).orElse(List.of()).stream()
        .skip(afterVersion)
        .limit(Math.max(limit, 0))
        .toList();
  }

  @Override
  public void archiveRecords(List<RunId> ids, Epoch epoch) {
    for (int from = 0; from < ids.size(); from += Batch.SIZE) {
      for (Optional<Run> run : states(ids.subList(from, Math.min(ids.size(), from + Batch.SIZE)))) {
        run.filter(longRun -> Layout.nextShard(Layout.nextShard(1)) <= longRun.version())
            .ifPresent(longRun -> archiveRecords(longRun, epoch));
      }
    }
  }

  /** All that have another full parent between them and the newest record. */
  private void archiveRecords(Run run, Epoch epoch) {
    long from = archived.firstPresent(run.id());
    long next = Layout.nextShard(from);
    while (Layout.nextShard(next) <= run.version()) {
      List<RunRecord> records = history(run.id(), from - 1, Math.toIntExact(next - from));
      archived.addRecords(run.id(), new RunArchive.Content(spec(run), records), epoch);
      from = next;
      next = Layout.nextShard(from);
    }
  }

  private String spec(Run run) {
    return specText(run)
        .orElseThrow(() -> new DamagedException(run.id() + " has lost its spec", null));
  }

  @Override
  public void archive(List<RunId> over, Epoch epoch) {
    // A long history does not fit into the one request that removes a run.
    archiveRecords(over, epoch);
    for (int from = 0; from < over.size(); from += Batch.SIZE) {
      List<RunId> part = over.subList(from, Math.min(over.size(), from + Batch.SIZE));
      List<Run> together = new ArrayList<>();
      long records = 0;
      for (Run run : states(part).stream().flatMap(Optional::stream).toList()) {
        together.add(run);
        records += run.version();
        if (records > ARCHIVED_AT_ONCE) {
          archiveTogether(together, epoch);
          together.clear();
          records = 0;
        }
      }
      archiveTogether(together, epoch);
    }
  }

  private void archiveTogether(List<Run> runs, Epoch epoch) {
    List<RunArchive.Content> contents = new ArrayList<>();
    for (Run run : runs) {
      if (!run.isFinished()) {
        throw new IllegalArgumentException(run.id() + " is not over");
      }
      contents.add(new RunArchive.Content(spec(run), history(run.id())));
    }
    if (!runs.isEmpty()) {
      archived.add(runs, contents, epoch);
    }
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
    archived.prepare(id);
    tree.ensure(path.substring(0, path.lastIndexOf('/')), new byte[0]);
    List<CuratorOp> operations = new ArrayList<>();
    FencedTree.answer(
        path,
        () -> {
          operations.add(tree.fence(epoch));
          operations.addAll(archived.nameIsFree(id));
          operations.add(client.transactionOp().create().forPath(path, state));
          operations.add(client.transactionOp().create().forPath(Layout.spec(id), spec));
          operations.add(client.transactionOp().create().forPath(Layout.events(id), new byte[0]));
          addEvent(operations, id, 1, event);
          operations.add(asked.tell(id));
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
          if (next.wasAskedFor()) {
            operations.add(asked.tell(run.id()));
          }
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
  public Optional<String> specText(Run run) {
    String path = Layout.spec(run.id());
    Optional<String> text =
        tree.read(path, new Stat())
            .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
            .or(() -> archived.content(run.id()).map(RunArchive.Content::specText));
    if (text.isPresent() && !Sha256.of(text.get()).equals(run.spec().sha256())) {
      throw new DamagedException(path + " is not the text that was submitted", null);
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
    List<RunRecord> records = records(paths);
    for (int i = 0; i < paths.size(); i++) {
      if (records.get(i).version() != from + i) {
        throw new DamagedException(paths.get(i) + " holds the record of another version", null);
      }
    }
    return records;
  }

  private List<RunRecord> records(List<String> paths) {
    List<Optional<byte[]>> found =
        FencedTree.answer(
            Layout.RUNS, () -> Batch.ask(client, paths, Batch.orNothing((data, version) -> data)));
    List<RunRecord> records = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      String path = paths.get(i);
      byte[] bytes =
          found.get(i).orElseThrow(() -> new DamagedException(path + " is missing", null));
      records.add(codec.decodeRecord(bytes, path));
    }
    return records;
  }
}
