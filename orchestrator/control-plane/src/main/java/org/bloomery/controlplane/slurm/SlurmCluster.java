package org.bloomery.controlplane.slurm;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.core.ledger.BillingRule;
import org.bloomery.core.port.AccountingSource;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.Partition;
import org.bloomery.core.spec.SiteTimings;
import org.bloomery.core.spec.Transport;

/** A SLURM cluster as its profile describes it: what turns that into commands, looks and advice. */
public final class SlurmCluster {
  private static final String UNCONFIGURED = "Could not establish a configuration source";
  private static final List<String> PARTITIONS = List.of("--oneliner", "show", "partition");
  private static final Pattern PARTITION = Pattern.compile("(?m)^PartitionName=(\\S+)");

  private final ClusterProfile profile;
  private final CommandRunner runner;
  private final LoginNode login;
  private final String user;

  /** Where this program runs, and as whom. */
  public record Here(Map<String, String> environment, Path controlDirectory, String user) {
    public Here {
      environment = new TreeMap<>(environment);
    }
  }

  /**
   * A cluster.
   *
   * @param here the environment that programs get a part of; a directory that nobody else may
   *     enter, for the socket of a shared connection; and the name of this user
   */
  public SlurmCluster(ClusterProfile profile, CommandRunner runner, Here here) {
    this.profile = profile;
    this.runner = runner;
    this.login = profile.transport().match(loginNode(here));
    this.user = profile.transport().match(userThere(here.user()));
  }

  private static Transport.Cases<LoginNode> loginNode(Here here) {
    return new Transport.Cases<>() {
      @Override
      public LoginNode onThisMachine(Transport.OnThisMachine transport) {
        return ThisMachine.with(here.environment());
      }

      @Override
      public LoginNode ssh(Transport.Ssh transport) {
        return OverSsh.with(here, transport);
      }
    };
  }

  private static Transport.Cases<String> userThere(String own) {
    return new Transport.Cases<>() {
      @Override
      public String onThisMachine(Transport.OnThisMachine transport) {
        return own;
      }

      @Override
      public String ssh(Transport.Ssh transport) {
        return transport.user().orElse(own);
      }
    };
  }

  /**
   * Its resource manager.
   *
   * @param looks where looks are made; see {@link SlurmResourceManager.Tools}
   */
  public SlurmResourceManager resourceManager(Executor looks) {
    return new SlurmResourceManager(
        site(),
        new SlurmResourceManager.Tools(
            runner,
            login,
            looks,
            SlurmResourceManager.PATIENCE,
            System::nanoTime,
            () -> ThreadLocalRandom.current().nextDouble()));
  }

  /** Its accounting. */
  public AccountingSource accounting() {
    return new SlurmAccounting(profile, commands());
  }

  private SlurmSite site() {
    SiteTimings timings = profile.timings();
    return new SlurmSite(
        profile.name(),
        user,
        timings.lookInterval(),
        timings.nodeFailGrace(),
        timings.accountingGrace(),
        timings.lostLooks(),
        timings.lostAfter(),
        this::chargedDevices,
        FileSystems.getDefault());
  }

  /** By the site's rule; a partition that the profile does not know charges what it gives. */
  private long chargedDevices(SlurmSite.Given given) {
    return profile
        .chargedDevices(
            given.partition(),
            new BillingRule.Given(given.nodes(), given.devices(), given.cpus(), false))
        .orElse(given.devices());
  }

  /**
   * Whether its commands can be run from here at all; behind a login node they are believed to be.
   */
  public boolean isReachable() {
    return profile
        .transport()
        .match(
            new Transport.Cases<>() {
              @Override
              public Boolean onThisMachine(Transport.OnThisMachine transport) {
                Answer answer = commands().run(SlurmProgram.SQUEUE, List.of("--version"));
                return !(answer instanceof Answer.NeverRan);
              }

              @Override
              public Boolean ssh(Transport.Ssh transport) {
                return true;
              }
            });
  }

  private SlurmCommands commands() {
    return new SlurmCommands(runner, login);
  }

  /** What a look at the site's settings tells about runs there. */
  public List<Finding> examine() {
    SlurmCommands commands = commands();
    Answer answer = commands.run(SlurmProgram.SCONTROL, SiteFacts.arguments());
    if (answer instanceof Answer.NeverRan never) {
      return List.of(Finding.bad(never.why(), "Let PATH name the directory of SLURM's commands"));
    }
    if (answer instanceof Answer.Ended said && said.errors().contains(UNCONFIGURED)) {
      return List.of(Finding.bad("SLURM is not set up here: " + said.words(), "Set SLURM_CONF"));
    }
    return SiteFacts.read(answer)
        .match(
            facts -> advice(facts, commands),
            why ->
                List.of(
                    Finding.doubtful(
                        "its settings cannot be read: " + why,
                        "Look whether its controller and its login node are up")));
  }

  private List<Finding> advice(SiteFacts facts, SlurmCommands commands) {
    Set<String> there = partitions(commands.run(SlurmProgram.SCONTROL, PARTITIONS));
    List<String> ours = profile.partitions().stream().map(Partition::name).toList();
    if (!there.isEmpty() && ours.stream().noneMatch(there::contains)) {
      return List.of(
          Finding.good("the SLURM here has none of its partitions: it is another cluster"));
    }
    List<Finding> findings = new ArrayList<>(SiteAdvice.of(facts, profile));
    ours.stream()
        .filter(name -> !there.isEmpty() && !there.contains(name))
        .forEach(
            name ->
                findings.add(
                    Finding.doubtful(
                        "there is no partition " + name + " at the site", "Correct the profile")));
    return findings;
  }

  /** The names that were printed; none if the question was not answered. */
  private static Set<String> partitions(Answer answer) {
    Set<String> names = new TreeSet<>();
    if (answer instanceof Answer.Ended said && said.exitCode() == 0) {
      Matcher partition = PARTITION.matcher(said.output());
      while (partition.find()) {
        names.add(partition.group(1));
      }
    }
    return names;
  }
}
