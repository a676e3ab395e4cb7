package org.bloomery.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.LedgerApi;
import org.bloomery.controlplane.config.ClusterProfiles;
import org.bloomery.controlplane.config.ScriptTemplates;
import org.bloomery.controlplane.loop.ClusterLoops;
import org.bloomery.controlplane.loop.RunContexts;
import org.bloomery.controlplane.loop.SteppedLoop;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.LedgerStore;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunHistory;
import org.bloomery.core.run.RunRecord;
import org.bloomery.core.script.ScriptRenderer;

/**
 * A real control loop with real files in a directory, on a store in memory and a fake cluster, in
 * virtual time: nothing happens but by {@link #tick}.
 */
final class LoopWorld {
  static final Instant T0 = Instant.parse("2031-05-04T08:00:00Z");
  static final RunId SMALL = new RunId("small");
  static final long TARGET = 30;
  static final String ADA = "ada";

  /** The job of {@code loop.yaml}: 2 layers, and 2 devices that are 2 replicas. */
  static final CheckpointLayout LAYOUT =
      new CheckpointLayout(2, 1, 1, 2, CheckpointLayout.Shards.BF16);

  /** No story in these tests takes longer; the rule of lost jobs is not among them. */
  private static final int TICKS_MAX = 300;

  /**
   * The cluster of a world, and the spec for it.
   *
   * @param profile the name of its profile among the test's resources; absent for the local one
   * @param edits what of {@code loop.yaml} is replaced by what
   */
  record Site(String cluster, Optional<String> profile, Map<String, String> edits) {
    static final Site LOCAL = new Site("local", Optional.empty(), Map.of());

    /** A cluster with a queue, where one attempt does ten of the thirty iterations. */
    static final Site QUEUE =
        new Site(
            "queue",
            Optional.of("queue.yaml"),
            Map.of(
                "cluster: local", "cluster: queue",
                "timeLimit: 30m", "timeLimit: 12s",
                ", exitDuration: 25m", ""));

    Site with(String old, String replacement) {
      Map<String, String> more = new TreeMap<>(edits);
      more.put(old, replacement);
      return new Site(cluster, profile, more);
    }
  }

  private final Path home;
  private final RunStore store;
  private final Site site;
  private final ResourceManager door;
  private final FakeResourceManager cluster;
  private final LedgerStore ledger;
  private RunStore.Epoch newest;
  private Instant now = T0;
  private SteppedLoop loop;

  LoopWorld(Path home, RunStore store) {
    this(home, store, CrashPoints.none());
  }

  /** A world whose control plane dies where {@code crashes} say. */
  LoopWorld(Path home, RunStore store, CrashPoints crashes) {
    this(home, store, crashes, Site.LOCAL);
  }

  /** A world with one cluster of this kind. */
  LoopWorld(Path home, RunStore store, CrashPoints crashes, Site site) {
    this.home = home;
    this.store = crashes.around(store);
    this.ledger = crashes.around(new InMemoryLedgerStore(this::newest));
    this.site = site;
    site.profile().ifPresent(this::addProfile);
    cluster =
        new FakeResourceManager(
            () -> now,
            new FakeTraining.Shape(
                LAYOUT, home.resolve("checkpoints"), TARGET, 10, Duration.ofSeconds(6)));
    door = crashes.around(cluster);
    loop = newLeader();
  }

  /** A loop that knows nothing but what is in the store and in the files, under a new epoch. */
  SteppedLoop newLeader() {
    RunContexts contexts =
        new RunContexts(
            home,
            new HomeId("c0ffee"),
            ClusterProfiles.load(home),
            new ScriptRenderer(ScriptTemplates.shipped()),
            store);
    ClusterLoops.Shared shared =
        new ClusterLoops.Shared(
            store, contexts, () -> now, () -> Duration.between(T0, now).toNanos());
    newest = store.lead();
    return new SteppedLoop(shared, Map.of(site.cluster(), door), newest, ledger);
  }

  /** The control plane dies and another one starts. */
  void restart() {
    loop = newLeader();
  }

  private RunStore.Epoch newest() {
    return newest;
  }

  /** The ledger and the accounts, as people ask them. */
  LedgerApi accounts() {
    return loop.ask(ControlPlaneApi::ledger);
  }

  FakeResourceManager cluster() {
    return cluster;
  }

  SteppedLoop loop() {
    return loop;
  }

  LedgerStore ledgerStore() {
    return ledger;
  }

  RunStore store() {
    return store;
  }

  Path attemptDirectory(RunId run, int attempt) {
    return Path.of(AttemptDirectory.of(home.resolve("runs").toString(), run, attempt));
  }

  Path checkpoint(RunId run, int attempt, long iteration) {
    String root = AttemptDirectory.of(home.resolve("checkpoints").toString(), run, attempt);
    return Path.of(root).resolve("global_step" + iteration);
  }

  boolean hasManifest(RunId run, CheckpointRef ref) {
    Path checkpoint = checkpoint(run, ref.attempt(), ref.iteration());
    return Files.exists(checkpoint.resolveSibling(ref.tag() + ".manifest"));
  }

  static String specText(RunId name) {
    return resource("loop.yaml").replace("name: small,", "name: " + name + ",");
  }

  private static String resource(String name) {
    try (InputStream in = LoopWorld.class.getResourceAsStream("/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void addProfile(String name) {
    try {
      Path directory = Files.createDirectories(home.resolve("clusters"));
      Files.writeString(directory.resolve(name), resource(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void submit(RunId name) {
    String text = specText(name);
    for (Map.Entry<String, String> edit : site.edits().entrySet()) {
      text = text.replace(edit.getKey(), edit.getValue());
    }
    submit(text);
  }

  void submit(String text) {
    loop.ask(api -> api.submit(text, "loop.yaml", home.toString(), false, ADA));
  }

  void stop(RunId run) {
    loop.ask(api -> api.stop(run, ADA));
  }

  void save(RunId run) {
    loop.ask(api -> api.save(run, ADA));
  }

  void hold(RunId run) {
    loop.ask(api -> api.hold(run, ADA));
  }

  void release(RunId run) {
    loop.ask(api -> api.release(run, ADA));
  }

  void cancel(RunId run) {
    loop.ask(api -> api.cancel(run, ADA));
  }

  void resume(RunId run) {
    loop.ask(api -> api.resume(run, OptionalLong.empty(), ADA));
  }

  /** One second goes by, in which every training does an iteration; then the loop looks. */
  void tick() {
    sleep();
    step();
  }

  /** The loop looks. */
  void step() {
    loop.step();
  }

  /** One second goes by without the loop. */
  void sleep() {
    now = now.plusSeconds(1);
    cluster.tick();
  }

  void ticks(int count) {
    for (int i = 0; i < count; i++) {
      tick();
    }
  }

  Run run(RunId run) {
    return store.load(run).orElseThrow();
  }

  String thought(RunId run) {
    return loop.thought(run).orElse("");
  }

  List<RunRecord> records(RunId run) {
    return store.history(run, 0, Integer.MAX_VALUE);
  }

  /** The states that a run has gone through, one for each record. */
  List<Run> states(RunId run) {
    List<RunRecord> records = records(run);
    List<Run> states = new ArrayList<>();
    for (int i = 1; i <= records.size(); i++) {
      states.add(Run.fold(records.subList(0, i)));
    }
    return states;
  }

  RunHistory history(RunId run) {
    return RunHistory.of(records(run));
  }

  /** Ticks until a run is as it should be, and gives it. */
  Run until(RunId id, Predicate<Run> asItShouldBe) {
    for (int i = 0; i < TICKS_MAX; i++) {
      if (asItShouldBe.test(run(id))) {
        return run(id);
      }
      tick();
    }
    throw new AssertionError("still not as it should be: " + thought(id) + story(id));
  }

  /** Ticks until a run is in a phase, by its word. */
  Run untilPhase(RunId id, String word) {
    return until(id, run -> run.phase().word().equals(word));
  }

  /** Ticks until an attempt has done this iteration. */
  void untilIteration(RunId id, int attempt, long iteration) {
    until(id, run -> cluster.iteration(id, attempt) >= iteration);
  }

  /** The reasons of all records, for a failed test's message. */
  String story(RunId id) {
    return records(id).stream()
        .map(
            record ->
                "\n  " + Duration.between(T0, record.at()).toSeconds() + " s: " + record.why())
        .collect(Collectors.joining());
  }

  /** Cuts a file short, as a full disk or a broken one does. */
  static void damage(Path checkpoint) {
    try {
      Path file = checkpoint.resolve(LAYOUT.expected().get(0).name());
      byte[] content = Files.readAllBytes(file);
      Files.write(file, java.util.Arrays.copyOf(content, content.length / 2));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
