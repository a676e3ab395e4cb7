package org.bloomery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bloomery.controlplane.config.Home;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.controlplane.process.CommandRunner.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code doctor} explains a cluster that can be reached, and blames nobody for the others. */
class SlurmChecksTest {
  @TempDir private Path temporary;
  private Home home;

  @BeforeEach
  void open() throws Exception {
    home = Home.open(temporary.resolve("home"), 1);
  }

  private List<Check> checks(CommandRunner runner) {
    return new SlurmChecks(runner).of(home, Map.of("PATH", "/usr/bin"));
  }

  @Test
  void aMachineWithoutSlurmIsNoFault() {
    assertThat(checks(command -> new Result.NotStarted("scontrol: not there")))
        .singleElement()
        .matches(check -> check.level() == Check.Level.OK)
        .matches(check -> check.finding().contains("jean-zay-a100, "));
  }

  @Test
  void aClusterThatCanBeReachedIsExplained() {
    CommandRunner testCluster =
        command ->
            new Result.Finished(
                0,
                command.argv().contains("config")
                    ? "ClusterName = bloom\nSLURM_VERSION = 22.05.8\nKillWait = 4 sec\n"
                    : "PartitionName=gpu_p5 \n",
                "",
                false);

    List<Check> checks = checks(testCluster);

    assertThat(checks)
        .filteredOn(check -> check.name().equals("test-cluster"))
        .contains(Check.ok("test-cluster", "SLURM 22.05.8"))
        .anyMatch(
            check ->
                check.level() == Check.Level.WARNING
                    && check.finding().contains("cannot write down how it ended"));
    assertThat(checks)
        .filteredOn(check -> check.name().startsWith("jean-zay-v100"))
        .allMatch(check -> check.finding().contains("another cluster"));
  }

  @Test
  void aBadProfileIsAFault() throws Exception {
    Path clusters = Files.createDirectories(home.root().resolve("clusters"));
    Files.writeString(clusters.resolve("mine.yaml"), "kind: Poem\n");

    assertThat(checks(command -> new Result.NotStarted("not there")))
        .singleElement()
        .matches(check -> check.level() == Check.Level.FAILED)
        .matches(check -> check.finding().contains("mine.yaml"));
  }
}
