package org.bloomery.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bloomery.controlplane.config.ClusterProfiles;
import org.bloomery.controlplane.config.Home;
import org.bloomery.controlplane.config.HomeException;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.controlplane.slurm.Finding;
import org.bloomery.controlplane.slurm.SlurmCluster;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.ResourceManagerKind;

/** Looks at the SLURM clusters that specs may name, as far as they can be reached from here. */
final class SlurmChecks {
  private final CommandRunner runner;

  SlurmChecks(CommandRunner runner) {
    this.runner = runner;
  }

  /** What is found, cluster by cluster; those that cannot be reached from here are named. */
  List<Check> of(Home home, Map<String, String> environment) {
    List<Check> checks = new ArrayList<>();
    List<String> elsewhere = new ArrayList<>();
    try {
      SlurmCluster.Here here =
          new SlurmCluster.Here(
              environment,
              home.socketDirectory(environment).path(),
              System.getProperty("user.name"));
      for (ClusterProfile profile : ClusterProfiles.load(home.root())) {
        if (profile.resourceManager() == ResourceManagerKind.SLURM) {
          add(profile, new SlurmCluster(profile, runner, here).examine(), checks, elsewhere);
        }
      }
    } catch (HomeException e) {
      checks.add(Check.failed("slurm", e.getMessage(), ""));
    } catch (ClusterProfiles.BadProfileException e) {
      checks.add(Check.failed("clusters", e.getMessage(), "Correct the profile"));
    }
    if (!elsewhere.isEmpty()) {
      checks.add(
          Check.ok(
              "slurm",
              "nothing can be submitted from this machine to " + String.join(", ", elsewhere)));
    }
    return checks;
  }

  /** Most machines are no login node of the clusters whose profiles are shipped. */
  private static void add(
      ClusterProfile profile, List<Finding> findings, List<Check> checks, List<String> elsewhere) {
    if (findings.stream().anyMatch(finding -> finding.level() == Finding.Level.BAD)) {
      elsewhere.add(profile.name());
      return;
    }
    for (Finding finding : findings) {
      checks.add(
          switch (finding.level()) {
            case GOOD -> Check.ok(profile.name(), finding.text());
            case DOUBTFUL -> Check.warning(profile.name(), finding.text(), finding.next());
            case BAD -> Check.failed(profile.name(), finding.text(), finding.next());
          });
    }
  }
}
