package org.bloomery.controlplane.zookeeper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.data.Stat;
import org.bloomery.controlplane.files.AtomicFiles;
import org.bloomery.controlplane.ledger.SegmentText;
import org.bloomery.core.budget.Budget;
import org.bloomery.core.id.Sha256;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.LedgerLines;
import org.bloomery.core.ledger.LedgerMonth;
import org.bloomery.core.ledger.LedgerSegment;
import org.bloomery.core.port.LedgerStore;
import org.bloomery.core.port.RunStore.DamagedException;
import org.bloomery.core.port.RunStore.Epoch;
import org.bloomery.core.port.RunStore.LimitException;
import org.bloomery.core.port.RunStore.UnavailableException;

/**
 * The ledger: open months in ZooKeeper, closed ones in files whose totals and digests are there.
 *
 * <pre>
 * /bloomery/v1/budgets/six-a100           an allocation and its movements (JSON, at most 64 KiB)
 * /bloomery/v1/ledger
 *   /jean-zay/2022-03/open/0000000001     some 2,000 lines under gzip, at most 60 KiB
 *   /jean-zay/2022-02/closed/0000000001   one file's name, SHA-256 and totals (JSON)
 *
 * DIRECTORY/jean-zay-2022-02-0a1b2c3d4e5f.tsv.gz
 * </pre>
 *
 * <p>A month is closed in one transaction: its file is recorded and its open nodes are gone, or
 * neither. A file that was written without being recorded means nothing.
 */
public final class ZooKeeperLedgerStore implements LedgerStore {
  /** Below the 64 KiB of any node, with room for what a packed line may take more than guessed. */
  static final int CHUNK_BYTES_MAX = 60 * 1024;

  /** Packed, so many lines of jobs that differ take some 45 KiB: each is packed once. */
  private static final int LINES_PER_CHUNK = 1_400;

  /** ZooKeeper lists a node's children in one answer of at most 1 MiB. */
  static final int CHUNKS_MAX = 10_000;

  /** So many nodes fit into one request, which has at most 1 MiB. */
  private static final int CHUNKS_PER_APPEND = 12;

  /** So many removals fit into one request. */
  private static final int CHUNKS_PER_CLOSE = 5_000;

  private static final String ROOT = Layout.ROOT + "/ledger";

  private static final String BUDGETS = Layout.ROOT + "/budgets";

  private final CuratorFramework client;
  private final FencedTree tree;
  private final Path directory;
  private final RunCodec codec = new RunCodec();

  private ZooKeeperLedgerStore(CuratorFramework client, Path directory) {
    this.client = client;
    this.tree = new FencedTree(client);
    this.directory = directory;
  }

  /**
   * Opens the store, and lays it out if it is new.
   *
   * @param directory of the files of closed months; the same for all control planes that share a
   *     ZooKeeper
   * @throws DurableStateException if the directory cannot be used
   */
  public static ZooKeeperLedgerStore open(CuratorFramework client, Path directory) {
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new DurableStateException(
          directory + " cannot be made: " + e.getMessage() + ". Check its permissions.");
    }
    ZooKeeperLedgerStore store = new ZooKeeperLedgerStore(client, directory);
    store.tree.ensure(ROOT, new byte[0]);
    store.tree.ensure(BUDGETS, new byte[0]);
    return store;
  }

  private static String path(LedgerMonth month) {
    return ROOT + "/" + month.cluster() + "/" + month.month();
  }

  private static String open(LedgerMonth month) {
    return path(month) + "/open";
  }

  private static String closed(LedgerMonth month) {
    return path(month) + "/closed";
  }

  private static String child(String parent, long number) {
    return parent + String.format(Locale.ROOT, "/%010d", number);
  }

  private List<LedgerMonth> months() {
    List<LedgerMonth> months = new ArrayList<>();
    for (String cluster : tree.children(ROOT)) {
      for (String month : tree.children(ROOT + "/" + cluster)) {
        months.add(new LedgerMonth(cluster, YearMonth.parse(month)));
      }
    }
    return months;
  }

  @Override
  public void read(Consumer<List<LedgerEntry>> reader) {
    LedgerLines lines = new LedgerLines();
    for (LedgerSegment segment : segments()) {
      reader.accept(read(segment, lines));
    }
    for (LedgerMonth month : months()) {
      for (String chunk : tree.children(open(month))) {
        reader.accept(chunk(open(month) + "/" + chunk, new Stat(), lines));
      }
    }
  }

  private List<LedgerEntry> read(LedgerSegment segment, LedgerLines lines) {
    Path file = directory.resolve(segment.file());
    try {
      byte[] bytes = Files.readAllBytes(file);
      if (!Sha256.of(bytes).equals(segment.sha256())) {
        throw new DamagedException(
            file + " is not what was recorded of it. Bring it back from a backup.", null);
      }
      return SegmentText.unpack(bytes, lines);
    } catch (IOException e) {
      throw new DamagedException(
          file + " cannot be read: " + e.getMessage() + ". Bring it back from a backup.", e);
    }
  }

  private List<LedgerEntry> chunk(String path, Stat stat, LedgerLines lines) {
    byte[] bytes =
        tree.read(path, stat).orElseThrow(() -> new DamagedException(path + " is missing", null));
    try {
      return SegmentText.unpack(bytes, lines);
    } catch (IOException e) {
      throw new DamagedException(path + " holds no lines of a ledger: " + e.getMessage(), e);
    }
  }

  @Override
  public void append(List<LedgerEntry> lines, Epoch epoch) {
    SortedMap<LedgerMonth, List<LedgerEntry>> months = new TreeMap<>();
    for (LedgerEntry line : lines) {
      months.computeIfAbsent(LedgerMonth.of(line), month -> new ArrayList<>()).add(line);
    }
    months.forEach((month, some) -> append(month, some, epoch));
  }

  private void append(LedgerMonth month, List<LedgerEntry> lines, Epoch epoch) {
    String parent = open(month);
    tree.ensure(parent, new byte[0]);
    List<String> chunks = tree.children(parent);
    long last = chunks.isEmpty() ? 0 : Long.parseLong(chunks.get(chunks.size() - 1));
    if (last > 0 && extend(child(parent, last), lines, epoch)) {
      return;
    }
    List<byte[]> packed = packed(lines);
    if (chunks.size() + packed.size() > CHUNKS_MAX) {
      throw new LimitException(month + " has more open lines than the store takes");
    }
    for (int from = 0; from < packed.size(); from += CHUNKS_PER_APPEND) {
      List<byte[]> some = packed.subList(from, Math.min(packed.size(), from + CHUNKS_PER_APPEND));
      create(parent, last + 1 + from, some, epoch);
    }
  }

  /** Puts lines into a node that has room for them. */
  private boolean extend(String path, List<LedgerEntry> lines, Epoch epoch) {
    if (lines.size() >= LINES_PER_CHUNK) {
      return false;
    }
    Stat stat = new Stat();
    List<LedgerEntry> all = new ArrayList<>(chunk(path, stat, new LedgerLines()));
    if (new HashSet<>(all).containsAll(lines)) {
      return true;
    }
    all.addAll(lines);
    byte[] packed = SegmentText.pack(all);
    if (packed.length > CHUNK_BYTES_MAX) {
      return false;
    }
    commit(
        new FencedTree.Change("the ledger", path, packed, stat.getVersion() + 2L),
        epoch,
        operations ->
            operations.add(
                client
                    .transactionOp()
                    .setData()
                    .withVersion(stat.getVersion())
                    .forPath(path, packed)));
    return true;
  }

  /** Makes nodes of consecutive numbers, all of them or none: one write to the disk. */
  private void create(String parent, long first, List<byte[]> chunks, Epoch epoch) {
    commit(
        new FencedTree.Change("the ledger", child(parent, first), chunks.get(0), 1),
        epoch,
        operations -> {
          for (int i = 0; i < chunks.size(); i++) {
            operations.add(
                client.transactionOp().create().forPath(child(parent, first + i), chunks.get(i)));
          }
        });
  }

  /** Lines in about as few nodes as they need. */
  private static List<byte[]> packed(List<LedgerEntry> lines) {
    List<byte[]> packed = new ArrayList<>();
    for (int from = 0; from < lines.size(); from += LINES_PER_CHUNK) {
      pack(lines.subList(from, Math.min(lines.size(), from + LINES_PER_CHUNK)), packed);
    }
    return packed;
  }

  /** In halves where they are too many for a node. */
  private static void pack(List<LedgerEntry> lines, List<byte[]> packed) {
    byte[] all = SegmentText.pack(lines);
    if (all.length <= CHUNK_BYTES_MAX) {
      packed.add(all);
    } else if (lines.size() == 1) {
      throw new LimitException("one line of the ledger has " + all.length + " bytes packed");
    } else {
      pack(lines.subList(0, lines.size() / 2), packed);
      pack(lines.subList(lines.size() / 2, lines.size()), packed);
    }
  }

  /** What a transaction does besides checking who leads. */
  private interface Operations {
    void addTo(List<CuratorOp> operations) throws Exception;
  }

  private void commit(FencedTree.Change change, Epoch epoch, Operations more) {
    List<CuratorOp> operations = new ArrayList<>();
    FencedTree.answer(
        ROOT,
        () -> {
          operations.add(tree.fence(epoch));
          more.addTo(operations);
          return null;
        });
    tree.commit(change, operations);
  }

  @Override
  public List<LedgerMonth> openMonths() {
    return months().stream().filter(month -> !tree.children(open(month)).isEmpty()).toList();
  }

  @Override
  public void close(LedgerMonth month, Epoch epoch) {
    List<String> chunks =
        tree.children(open(month)).stream()
            .limit(CHUNKS_PER_CLOSE)
            .map(name -> open(month) + "/" + name)
            .toList();
    if (chunks.isEmpty()) {
      return;
    }
    LedgerLines reader = new LedgerLines();
    List<LedgerEntry> lines = new ArrayList<>();
    List<Integer> versions = new ArrayList<>();
    for (String chunk : chunks) {
      Stat stat = new Stat();
      lines.addAll(chunk(chunk, stat, reader));
      versions.add(stat.getVersion());
    }
    SegmentText.Closed closed = SegmentText.close(month, lines);
    write(closed);
    tree.ensure(closed(month), new byte[0]);
    String path = child(closed(month), tree.children(closed(month)).size() + 1L);
    byte[] content = codec.encode(closed.segment());
    commit(
        new FencedTree.Change("the ledger of " + month, path, content, 1),
        epoch,
        operations -> {
          operations.add(client.transactionOp().create().forPath(path, content));
          for (int i = 0; i < chunks.size(); i++) {
            operations.add(
                client
                    .transactionOp()
                    .delete()
                    .withVersion(versions.get(i))
                    .forPath(chunks.get(i)));
          }
        });
  }

  private void write(SegmentText.Closed closed) {
    Path file = directory.resolve(closed.segment().file());
    try {
      AtomicFiles.write(file, closed.bytes());
    } catch (IOException e) {
      throw new UnavailableException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public List<Budget> budgets() {
    List<Budget> budgets = new ArrayList<>();
    for (String name : tree.children(BUDGETS)) {
      String path = BUDGETS + "/" + name;
      Stat stat = new Stat();
      byte[] bytes =
          tree.read(path, stat).orElseThrow(() -> new DamagedException(path + " is missing", null));
      Budget budget = codec.decodeBudget(bytes, path);
      if (!budget.grant().name().equals(name) || budget.version() != stat.getVersion() + 1L) {
        throw new DamagedException(path + " holds another version or name than its own", null);
      }
      budgets.add(budget);
    }
    return budgets;
  }

  @Override
  public Budget recordBudget(Budget budget, Epoch epoch) {
    Budget next = budget.next();
    String name = next.grant().name();
    tree.write(
        "allocation " + name, BUDGETS + "/" + name, codec.encode(next), next.version(), epoch);
    return next;
  }

  @Override
  public List<LedgerSegment> segments() {
    List<LedgerSegment> segments = new ArrayList<>();
    for (LedgerMonth month : months()) {
      for (String name : tree.children(closed(month))) {
        String path = closed(month) + "/" + name;
        byte[] bytes =
            tree.read(path, new Stat())
                .orElseThrow(() -> new DamagedException(path + " is missing", null));
        segments.add(codec.decodeSegment(bytes, path));
      }
    }
    return segments;
  }
}
