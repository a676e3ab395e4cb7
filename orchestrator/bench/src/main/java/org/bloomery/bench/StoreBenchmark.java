package org.bloomery.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.bloomery.controlplane.config.ClusterProfiles;
import org.bloomery.controlplane.config.ScriptTemplates;
import org.bloomery.controlplane.loop.AccountBook;
import org.bloomery.controlplane.loop.Archivist;
import org.bloomery.controlplane.loop.ClusterLoops;
import org.bloomery.controlplane.loop.LedgerBook;
import org.bloomery.controlplane.loop.RunContexts;
import org.bloomery.controlplane.zookeeper.CuratorSession;
import org.bloomery.controlplane.zookeeper.HomeState;
import org.bloomery.controlplane.zookeeper.ZooKeeperSecret;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.script.ScriptRenderer;
import org.bloomery.core.spec.Allocation;
import org.bloomery.core.spec.ClusterProfile;

/**
 * How long a leader takes to start on a full store, and to look at each of its live runs once; and,
 * to compare, how long bare Curator takes to read the same nodes. {@code -Dstore.live}, {@code
 * -Dstore.ended} and {@code -Dstore.postings} say how many runs and billed jobs there are.
 */
final class StoreBenchmark {
  private static final int LIVE = Integer.getInteger("store.live", 10_000);
  private static final int ENDED = Integer.getInteger("store.ended", 100_000);
  private static final int POSTINGS = Integer.getInteger("store.postings", 1_000_000);
  private static final int ROUNDS = 5;
  private static final int OPEN_READS_MAX = 256;
  private static final HomeId HOME = new HomeId("c0ffee");

  private StoreBenchmark() {}

  static void run(PrintStream out) throws Exception {
    Path home = Files.createTempDirectory("bloomery-bench-");
    try {
      fill(home, out);
      measure(home, out);
    } finally {
      remove(home);
    }
  }

  private static void fill(Path home, PrintStream out) throws Exception {
    Path specs = Path.of(System.getProperty("bloomery.root")).resolve("job-specs/bloom-nano");
    long start = System.nanoTime();
    try (HomeState state = HomeState.open(home, "bench")) {
      FullStore store = new FullStore(state.runs(), home, specs, Instant.now());
      store.fill(LIVE, ENDED);
      figure(out, "fill-runs", seconds(start), "s");
      long ledger = System.nanoTime();
      store.bill(state.ledger(), ENDED, POSTINGS, grant(home));
      figure(out, "fill-ledger", seconds(ledger), "s");
      long archive = System.nanoTime();
      new Archivist(state.runs(), InstantSource.system(), store.epoch()).archive();
      figure(out, "archive", seconds(archive), "s");
    }
    figure(out, "fill", seconds(start), "s");
  }

  /** Pays for all runs, for some years. */
  private static Allocation grant(Path home) {
    ClusterProfile cluster =
        ClusterProfiles.find(ClusterProfiles.load(home), FullStore.CLUSTER).orElseThrow();
    String type = cluster.partition(Optional.empty()).orElseThrow().device().type();
    LocalDate today = LocalDate.now(ZoneOffset.UTC);
    return new Allocation(
        "all",
        FullStore.CLUSTER,
        FullStore.CLUSTER,
        type,
        today.minusYears(3),
        today.plusYears(1),
        new GpuSeconds(Integer.MAX_VALUE * 10L),
        List.of(0.9),
        0,
        0,
        List.of());
  }

  private static void measure(Path home, PrintStream out) throws Exception {
    long start = System.nanoTime();
    try (HomeState state = HomeState.open(home, "bench")) {
      figure(out, "open", seconds(start), "s");
      RunContexts contexts =
          new RunContexts(
              home,
              HOME,
              ClusterProfiles.load(home),
              new ScriptRenderer(ScriptTemplates.shipped()),
              state.runs());
      // As a control plane does that has its own server, before its loops start.
      contexts.prepare();
      figure(out, "prepared", seconds(start), "s");
      ClusterLoops.Shared shared =
          new ClusterLoops.Shared(state.runs(), contexts, InstantSource.system(), System::nanoTime);
      RunningJobs jobs = new RunningJobs(HOME);
      ClusterLoops loops = loops(state, shared, jobs);
      long cpuBefore = cpu();
      loops.runOnce();
      figure(out, "start", seconds(start), "s");
      figure(out, "first-round-cpu", (cpu() - cpuBefore) / 1e9, "s");
      long records = state.runs().load(FullStore.live(0)).orElseThrow().version();
      List<Double> cpu = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        long before = cpu();
        loops.runOnce();
        cpu.add((cpu() - before) / 1e9);
      }
      cpu.sort(Comparator.naturalOrder());
      figure(out, "round-cpu-median", cpu.get(ROUNDS / 2), "s");
      figure(out, "round-cpu-max", cpu.get(ROUNDS - 1), "s");
      long after = state.runs().load(FullStore.live(0)).orElseThrow().version();
      figure(out, "records-per-round", (double) (after - records) / ROUNDS, "records");
      figure(out, "jobs-seen", jobs.seen(), "jobs");
      bareCurator(state, home, out);
      figure(out, "heap", heap(), "MB");
    }
    // A server writes a snapshot when it starts; what it was filled with is in older files.
    HomeState.open(home, "bench").close();
    figure(out, "snapshot", newestSnapshot(home), "MB");
    figure(out, "data", megabytes(home.resolve("zookeeper")), "MB");
    figure(out, "archive-files", megabytes(home.resolve("archive")), "MB");
  }

  private static ClusterLoops loops(HomeState state, ClusterLoops.Shared shared, RunningJobs jobs) {
    RunStore.Epoch epoch = state.runs().lead();
    LedgerBook ledger =
        new LedgerBook(state.ledger(), state.runs(), shared.contexts(), shared.time(), epoch);
    AccountBook accounts =
        new AccountBook(state.ledger(), ledger, state.runs(), shared.contexts(), epoch);
    ClusterLoops.Site site = new ClusterLoops.Site(FullStore.CLUSTER, jobs, Duration.ZERO);
    return new ClusterLoops(shared, List.of(site), epoch, accounts);
  }

  /** The states of all runs and nothing else, in the same form, with as many reads under way. */
  private static void bareCurator(HomeState state, Path home, PrintStream out) throws Exception {
    long start = System.nanoTime();
    int read = 0;
    try (CuratorFramework client =
        CuratorSession.open(state.connectString(), ZooKeeperSecret.ofHome(home))) {
      String root = "/bloomery/v1/runs";
      Semaphore open = new Semaphore(OPEN_READS_MAX);
      for (String shard : client.getChildren().forPath(root)) {
        List<String> runs = client.getChildren().forPath(root + "/" + shard);
        CountDownLatch answered = new CountDownLatch(runs.size());
        for (String run : runs) {
          open.acquire();
          client
              .getData()
              .inBackground(
                  (session, event) -> {
                    open.release();
                    answered.countDown();
                  })
              .forPath(root + "/" + shard + "/" + run);
          read++;
        }
        answered.await();
      }
    }
    figure(out, "bare-curator", seconds(start), "s");
    figure(out, "bare-curator-nodes", read, "nodes");
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static double heap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) / 1e6;
  }

  /** All that the server holds, as it is on the disk. */
  private static double newestSnapshot(Path home) throws IOException {
    try (Stream<Path> files = Files.walk(home.resolve("zookeeper"))) {
      Path newest =
          files
              .filter(file -> file.getFileName().toString().startsWith("snapshot."))
              .max(Comparator.comparing(file -> file.toFile().lastModified()))
              .orElseThrow();
      return Files.size(newest) / 1e6;
    }
  }

  private static double megabytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum()
          / 1e6;
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static void figure(PrintStream out, String name, double value, String unit) {
    out.printf(Locale.ROOT, "store-%s %.3f %s%n", name, value, unit);
  }

  private static void remove(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
