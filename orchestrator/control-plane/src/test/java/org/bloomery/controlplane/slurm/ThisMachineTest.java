package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bloomery.controlplane.process.CommandRunner.Result;
import org.junit.jupiter.api.Test;

/** Commands on this machine get nothing from the environment that could change their meaning. */
class ThisMachineTest {

  @Test
  void onlyWhatIsNeededIsPassedOn() {
    Map<String, String> own = new TreeMap<>();
    own.put("PATH", "/opt/slurm/bin:/usr/bin");
    own.put("SLURM_CONF", "/etc/slurm.conf");
    own.put("SQUEUE_PARTITION", "debug");
    own.put("SBATCH_ACCOUNT", "other");
    own.put("SLURM_JOB_ID", "17");
    ThisMachine login = ThisMachine.with(own);

    assertThat(login.command(SlurmProgram.SBATCH, List.of("job.sh")).environment())
        .containsOnlyKeys("PATH", "SLURM_CONF");
    assertThat(login.command(SlurmProgram.SACCT, List.of()).environment())
        .containsOnlyKeys("PATH", "SLURM_CONF", "SLURM_TIME_FORMAT", "TZ")
        .containsEntry("SLURM_TIME_FORMAT", "%s")
        .containsEntry("TZ", "UTC");
    assertThat(ThisMachine.with(Map.of()).environment()).containsOnlyKeys("PATH");
  }

  @Test
  void onlyAWholeEndIsAnAnswer() {
    ThisMachine login = ThisMachine.with(Map.of());

    assertThat(login.answer(SlurmProgram.SQUEUE, new Result.Finished(1, "out", "err", false)))
        .isEqualTo(new Answer.Ended(1, "out", "err"));
    assertThat(login.answer(SlurmProgram.SQUEUE, new Result.Finished(0, "out", "", true)))
        .isEqualTo(new Answer.Lost("squeue said more than 67108864 bytes", "out"));
    assertThat(
            login.answer(
                SlurmProgram.SQUEUE, new Result.TimedOut(Duration.ofMinutes(2), "out", "")))
        .isEqualTo(new Answer.Lost("squeue did not end within 120 s", "out"));
    assertThat(login.answer(SlurmProgram.SQUEUE, new Result.NotStarted("squeue: not there")))
        .isEqualTo(new Answer.NeverRan("squeue: not there"));
  }
}
