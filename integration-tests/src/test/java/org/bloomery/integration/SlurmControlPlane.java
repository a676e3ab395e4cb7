package org.bloomery.integration;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.config.ClusterProfiles;
import org.bloomery.controlplane.config.Home;
import org.bloomery.controlplane.config.ScriptTemplates;
import org.bloomery.controlplane.loop.AccountBook;
import org.bloomery.controlplane.loop.ClusterLoops;
import org.bloomery.controlplane.loop.LedgerBook;
import org.bloomery.controlplane.loop.LedgerDesk;
import org.bloomery.controlplane.loop.RunContexts;
import org.bloomery.controlplane.loop.Service;
import org.bloomery.controlplane.loop.Submissions;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.controlplane.slurm.SlurmCluster;
import org.bloomery.controlplane.zookeeper.HomeState;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.script.ScriptRenderer;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.SiteTimings;

/**
 * A control plane in this process, wired as {@code serve} does it, with an embedded ZooKeeper; what
 * it says to the test cluster passes through whoever a test puts in between.
 */
final class SlurmControlPlane implements AutoCloseable {
  private final HomeId id;
  private final HomeState state;
  private final RunStore store;
  private final ExecutorService looks = Executors.newSingleThreadExecutor();
  private final ExecutorService submissions = Executors.newFixedThreadPool(Submissions.AT_ONCE);
  private final ClusterLoops loops;
  private final ControlPlaneApi api;

  /**
   * Leads a home in a directory that the cluster shares; its loops are still to be started.
   *
   * @param timings how patient it is, also in steps that no profile may ask for
   */
  SlurmControlPlane(Path root, SlurmContainer cluster, CommandRunner commands, SiteTimings timings)
      throws Exception {
    Home home = Home.open(root, 0);
    id = home.id();
    Files.createDirectories(root.resolve("clusters"));
    Files.writeString(root.resolve("clusters/container.yaml"), resource("container.yaml"), UTF_8);
    ClusterProfile profile =
        with(ClusterProfiles.find(ClusterProfiles.load(root), "container").orElseThrow(), timings);
    state = HomeState.open(root, "a test");
    store = state.runs();
    SlurmCluster slurm =
        new SlurmCluster(
            profile,
            commands,
            new SlurmCluster.Here(environment(cluster), root.resolve("sockets"), cluster.user()));
    RunContexts contexts =
        new RunContexts(
            root, id, List.of(profile), new ScriptRenderer(ScriptTemplates.shipped()), store);
    ClusterLoops.Shared shared =
        new ClusterLoops.Shared(store, contexts, InstantSource.system(), System::nanoTime);
    RunStore.Epoch epoch = store.lead();
    LedgerBook ledger =
        new LedgerBook(state.ledger(), store, contexts, InstantSource.system(), epoch);
    AccountBook accounts = new AccountBook(state.ledger(), ledger, store, contexts, epoch);
    loops =
        new ClusterLoops(
            shared,
            List.of(
                new ClusterLoops.Site(
                    profile.name(),
                    slurm.resourceManager(looks),
                    timings.lookInterval(),
                    submissions)),
            epoch,
            accounts);
    api =
        new Service(
            new Service.Identity("test", 0, root.toString(), id.value()),
            shared,
            loops,
            Optional.of(new LedgerDesk(ledger, accounts, InstantSource.system(), new TreeMap<>())));
  }

  private static Map<String, String> environment(SlurmContainer cluster) {
    Map<String, String> environment = new TreeMap<>(System.getenv());
    environment.put("PATH", cluster.login().bin() + ":" + System.getenv("PATH"));
    return environment;
  }

  private static ClusterProfile with(ClusterProfile profile, SiteTimings timings) {
    return new ClusterProfile(
        profile.name(),
        profile.documented(),
        profile.resourceManager(),
        profile.transport(),
        profile.runsRoot(),
        profile.partitions(),
        profile.qos(),
        profile.jobRules(),
        profile.billing(),
        profile.spaces(),
        profile.energy(),
        profile.reliability(),
        timings);
  }

  /** A file of the tests' resources. */
  static String resource(String name) throws IOException {
    try (InputStream in = SlurmControlPlane.class.getResourceAsStream("/slurm/" + name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  /** Starts its loop. */
  SlurmControlPlane start() {
    loops.start();
    return this;
  }

  /** Its loops, for whoever wants to step through their rounds. */
  ClusterLoops loops() {
    return loops;
  }

  ControlPlaneApi api() {
    return api;
  }

  RunStore store() {
    return store;
  }

  /** What the name of a run's jobs ends with. */
  HomeId id() {
    return id;
  }

  /** As a server that is stopped: what is in the queue stays there. */
  @Override
  public void close() {
    loops.close();
    looks.shutdownNow();
    submissions.shutdown();
    state.close();
  }
}
