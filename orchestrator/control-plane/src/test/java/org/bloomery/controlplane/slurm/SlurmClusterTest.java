package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bloomery.controlplane.process.CommandRunner.Command;
import org.bloomery.controlplane.process.CommandRunner.Result;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.observe.Usage;
import org.bloomery.core.port.ResourceManager.Wanted;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.SampleClusters;
import org.junit.jupiter.api.Test;

/** From a profile to commands, and from a site's rule to a bill. */
class SlurmClusterTest {
  private static final ClusterProfile JEAN_ZAY = SampleClusters.shipped().get("jean-zay-a100");
  private static final SlurmCluster.Here HERE =
      new SlurmCluster.Here(
          Map.of("PATH", "/opt/slurm/bin", "SBATCH_QOS", "x"), Path.of("/run/ada"), "ada");

  private static final String TITLE =
      "bloomery|JOBID|ARRAY_JOB_ID|ARRAY_TASK_ID|USER|STATE|SUBMIT_TIME|START_TIME|END_TIME"
          + "|TIME_LIMIT|NODES|NODELIST|WORK_DIR|NAME|REASON|end\n";

  private final List<Command> commands = new ArrayList<>();

  private Result answer(Command command) {
    commands.add(command);
    return switch (command.argv().get(0)) {
      case "squeue" -> new Result.Finished(0, TITLE, "", false);
      case "sacct" ->
          new Result.Finished(
              0,
              Sacct.COLUMNS.replace(',', '|')
                  + "\n7|7|COMPLETED|1000|2000|2100|100|cpu=256,gres/gpu=8,node=2|n[1-2]|0:0|0:0"
                  + "|six|ada|gpu_p5|q||/runs/x/attempts/0001|x-0a1b2c\n",
              "",
              false);
      default -> new Result.Finished(1, "", "unexpected", false);
    };
  }

  /** IDRIS: a job on several nodes is exclusive, and pays for all their devices. */
  @Test
  void theSitesRuleMakesTheBill() {
    Wanted wanted =
        new Wanted(
            new RunId("x"),
            1,
            "x-0a1b2c",
            "/runs/x/attempts/0001",
            8,
            Optional.of(new JobKey("jean-zay-a100", "7", 1000)),
            List.of(),
            Instant.ofEpochSecond(900));

    Observation seen =
        new SlurmCluster(JEAN_ZAY, this::answer, HERE)
            .resourceManager(Runnable::run)
            .observe(List.of(wanted), Instant.ofEpochSecond(3000));

    assertThat(seen)
        .isInstanceOfSatisfying(
            Observation.Known.class,
            known -> {
              Usage usage = known.jobs().get(0).usage().orElseThrow();
              assertThat(usage.allocated()).isEqualTo(new GpuSeconds(800));
              assertThat(usage.charged()).isEqualTo(new GpuSeconds(1600));
            });
    assertThat(commands.get(0).argv()).contains("--user=ada");
    assertThat(commands.get(0).environment()).doesNotContainKey("SBATCH_QOS");
  }

  @Test
  void looksAreAsFarApartAsTheSiteDemands() {
    assertThat(JEAN_ZAY.timings().lookInterval()).isEqualTo(Duration.ofMinutes(1));
    assertThat(SampleClusters.shipped().get("test-cluster").timings().lookInterval())
        .isEqualTo(Duration.ofSeconds(2));
  }
}
