package org.bloomery.controlplane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.bloomery.controlplane.config.Home;
import org.bloomery.controlplane.config.HomeException;
import org.bloomery.controlplane.local.LocalResourceManager;
import org.bloomery.controlplane.loop.ClusterLoops;
import org.bloomery.controlplane.loop.Submissions;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.controlplane.process.ProcessRunner;
import org.bloomery.controlplane.slurm.SlurmCluster;
import org.bloomery.core.port.AccountingSource;
import org.bloomery.core.spec.ClusterProfile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The clusters whose resource manager can be reached from here, and the threads that ask them. */
final class Sites implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sites.class);

  /** The job script ends its training within the site's kill wait and then writes how it ended. */
  private static final Duration EXIT_RECORD_WAIT = Duration.ofSeconds(5);

  private final Surroundings here;
  private final List<ClusterLoops.Site> sites = new ArrayList<>();
  private final SortedMap<String, AccountingSource> accounting = new TreeMap<>();
  private final List<Runnable> threads = new ArrayList<>();

  /**
   * What they are reached from.
   *
   * @param environment what jobs inherit
   * @param slurmCommands runs SLURM's programs, or stands between them and us
   */
  record Surroundings(Home home, Map<String, String> environment, CommandRunner slurmCommands) {}

  private Sites(Surroundings here) {
    this.here = here;
  }

  /** Those of these clusters that can be reached. */
  static Sites reachable(List<ClusterProfile> clusters, Surroundings here) throws HomeException {
    Sites sites = new Sites(here);
    for (ClusterProfile cluster : clusters) {
      sites.site(cluster).ifPresent(sites.sites::add);
    }
    return sites;
  }

  List<ClusterLoops.Site> all() {
    return List.copyOf(sites);
  }

  /** The accounting of each that has one. */
  SortedMap<String, AccountingSource> accounting() {
    return accounting;
  }

  private Optional<ClusterLoops.Site> site(ClusterProfile cluster) throws HomeException {
    return switch (cluster.resourceManager()) {
      case LOCAL -> Optional.of(local(cluster));
      case SLURM -> slurm(cluster);
    };
  }

  private ClusterLoops.Site local(ClusterProfile cluster) {
    return new ClusterLoops.Site(
        cluster.name(),
        new LocalResourceManager(
            new ProcessRunner(),
            LocalResourceManager.Site.ofThisMachine(
                here.environment(), cluster.timings().killWait().plus(EXIT_RECORD_WAIT))),
        cluster.timings().lookInterval());
  }

  /**
   * A cluster whose commands are here, or on a login node; its looks and its submissions have
   * threads of their own.
   */
  private Optional<ClusterLoops.Site> slurm(ClusterProfile cluster) throws HomeException {
    SlurmCluster slurm =
        new SlurmCluster(
            cluster,
            here.slurmCommands(),
            new SlurmCluster.Here(
                here.environment(),
                here.home().socketDirectory(here.environment()).path(),
                System.getProperty("user.name")));
    if (!slurm.isReachable()) {
      LOG.info("{}: SLURM's commands are not here; its runs wait", cluster.name());
      return Optional.empty();
    }
    accounting.put(cluster.name(), slurm.accounting());
    ExecutorService looks = Executors.newSingleThreadExecutor(daemon("looks-" + cluster.name()));
    threads.add(looks::shutdownNow);
    // Not interrupted at the end: a submission that is given up may have arrived.
    ExecutorService submissions =
        Executors.newFixedThreadPool(Submissions.AT_ONCE, daemon("submissions-" + cluster.name()));
    threads.add(submissions::shutdown);
    return Optional.of(
        new ClusterLoops.Site(
            cluster.name(),
            slurm.resourceManager(looks),
            cluster.timings().lookInterval(),
            submissions));
  }

  static ThreadFactory daemon(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public void close() {
    threads.forEach(Runnable::run);
  }
}
