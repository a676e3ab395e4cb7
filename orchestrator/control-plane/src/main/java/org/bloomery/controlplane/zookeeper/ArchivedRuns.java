package org.bloomery.controlplane.zookeeper;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.data.Stat;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.RunStore.ConflictException;
import org.bloomery.core.port.RunStore.DamagedException;
import org.bloomery.core.port.RunStore.Epoch;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs, and old records of runs, of which ZooKeeper holds only where in the archive they lie. */
final class ArchivedRuns {
  private static final Logger LOG = LoggerFactory.getLogger(ArchivedRuns.class);

  private final CuratorFramework client;
  private final FencedTree tree;
  private final RunCodec codec;
  private final RunArchive files;

  ArchivedRuns(CuratorFramework client, FencedTree tree, RunCodec codec, RunArchive files) {
    this.client = client;
    this.tree = tree;
    this.codec = codec;
    this.files = files;
  }

  /** Where a run lies, if it is archived. */
  Optional<ArchivePlace> place(RunId id) {
    String path = Layout.archived(id);
    return tree.read(path, new Stat()).map(bytes -> codec.decodePlace(bytes, path));
  }

  Optional<RunArchive.Content> content(RunId id) {
    return place(id).map(files::read);
  }

  /** The state of an archived run is what its history makes. */
  Optional<Run> load(RunId id) {
    return content(id).map(content -> state(id, content.history()));
  }

  private static Run state(RunId id, List<RunRecord> history) {
    Run run = Run.fold(history);
    if (!run.id().equals(id)) {
      throw new DamagedException(Layout.archived(id) + " leads to run " + run.id(), null);
    }
    return run;
  }

  /**
   * What lets a transaction fail if the name is that of an archived run, and changes nothing else.
   */
  List<CuratorOp> nameIsFree(RunId id) throws Exception {
    String path = Layout.archived(id);
    return List.of(
        client.transactionOp().create().forPath(path, new byte[0]),
        client.transactionOp().delete().forPath(path));
  }

  /** The parent of the nodes that {@link #nameIsFree} needs. */
  void prepare(RunId id) {
    String path = Layout.archived(id);
    tree.ensure(path.substring(0, path.lastIndexOf('/')), new byte[0]);
  }

  /** Moves runs there; one that was changed meanwhile stays as it is. */
  void add(List<Run> runs, List<RunArchive.Content> contents, Epoch epoch) {
    List<ArchivePlace> places = files.write(contents);
    for (int i = 0; i < runs.size(); i++) {
      try {
        move(runs.get(i), places.get(i), epoch);
      } catch (ConflictException e) {
        LOG.debug("{} was billed for a late job just now", runs.get(i).id(), e);
      }
    }
  }

  /** The first record of a run that is not archived; all before it are. */
  long firstPresent(RunId id) {
    long first = 1;
    while (shardPlace(id, first).isPresent()) {
      first = Layout.nextShard(first);
    }
    return first;
  }

  /** The records under one parent, if they are archived. */
  Optional<List<RunRecord>> records(RunId id, long version) {
    return shardPlace(id, version).map(place -> files.read(place).history());
  }

  private Optional<ArchivePlace> shardPlace(RunId id, long version) {
    String path = Layout.shard(id, version);
    return tree.read(path, new Stat())
        .filter(bytes -> bytes.length > 0)
        .map(bytes -> codec.decodePlace(bytes, path));
  }

  /**
   * Moves all records under one parent there, whose node then holds their place.
   *
   * @param content the records, and the spec of the run
   */
  void addRecords(RunId id, RunArchive.Content content, Epoch epoch) {
    List<RunRecord> records = content.history();
    String shard = Layout.shard(id, records.get(0).version());
    byte[] place = codec.encode(files.write(List.of(content)).get(0));
    List<CuratorOp> operations = new ArrayList<>();
    FencedTree.answer(
        shard,
        () -> {
          operations.add(tree.fence(epoch));
          for (RunRecord entry : records) {
            String event = Layout.event(id, entry.version());
            operations.add(client.transactionOp().delete().forPath(event));
          }
          operations.add(client.transactionOp().setData().withVersion(0).forPath(shard, place));
          return null;
        });
    tree.commit(
        new FencedTree.Change("old records of " + id + " in the archive", shard, place, 2),
        operations);
  }

  private void move(Run run, ArchivePlace place, Epoch epoch) {
    RunId id = run.id();
    String path = Layout.archived(id);
    byte[] content = codec.encode(place);
    prepare(id);
    List<CuratorOp> operations = new ArrayList<>();
    FencedTree.answer(
        path,
        () -> {
          operations.add(tree.fence(epoch));
          operations.add(client.transactionOp().create().forPath(path, content));
          for (String node : nodes(run)) {
            operations.add(client.transactionOp().delete().forPath(node));
          }
          int version = Math.toIntExact(run.version() - 1);
          operations.add(
              client.transactionOp().delete().withVersion(version).forPath(Layout.run(id)));
          return null;
        });
    tree.commit(
        new FencedTree.Change(id + " in the archive", path, content, run.version() + 1),
        operations);
  }

  /** What lies below a run's node, children first. */
  private List<String> nodes(Run run) {
    RunId id = run.id();
    List<String> nodes = new ArrayList<>();
    for (long version = firstPresent(id); version <= run.version(); version++) {
      nodes.add(Layout.event(id, version));
    }
    for (long version = 1; version <= run.version(); version = Layout.nextShard(version)) {
      nodes.add(Layout.shard(id, version));
    }
    nodes.add(Layout.events(id));
    nodes.add(Layout.spec(id));
    return nodes;
  }
}
