package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: the whole job on three nodes tells in its record what became of it, and whose fault. */
class SlurmJobTest {
  @TempDir Path root;
  private SlurmBody body;

  @BeforeEach
  void threeNodes() throws Exception {
    body = new SlurmBody(root);
  }

  @Test
  void whatTheRanksSayIsTheAttemptsLog() throws Exception {
    try (JobRun job = JobRun.slurm(body)) {
      assertThat(job.run()).as(job.errors()).isZero();
      assertThat(job.exitRecord())
          .containsEntry("jobId", "\"40123\"")
          .containsEntry("reason", "\"done\"")
          .containsEntry("badNodes", "[]");
      assertThat(job.log())
          .startsWith("BLOOMERY start run=bloom-nano attempt=3 job=40123 epoch=" + start(job))
          .contains(
              "rank 0 meets at n1:6000", "rank 1 meets at n1:6000", "rank 2 meets at n1:6000");
      job.awaitNoProcess();
    }
  }

  @Test
  void theExitCodeOfATaskReachesTheRecord() throws Exception {
    body.standIns.rank("[[ $SLURM_PROCID == 2 ]] && exit 42");
    try (JobRun job = JobRun.slurm(body)) {
      assertThat(job.run()).isGreaterThanOrEqualTo(42);
      assertThat(job.exitRecord())
          .containsEntry("reason", "\"failed\"")
          .doesNotContainEntry("exitCode", "0");
    }
  }

  @Test
  void aBadNodeIsNamedAndNothingIsTrained() throws Exception {
    body.standIns.devices("81920, 0", "81920, 0").devicesOf("n2", "81920, 0");
    try (JobRun job = JobRun.slurm(body)) {
      assertThat(job.run()).isEqualTo(80);
      assertThat(job.exitRecord())
          .containsEntry("reason", "\"preflight\"")
          .containsEntry("badNodes", "[\"n2\"]");
      assertThat(job.log())
          .contains("bloomery: preflight of n2: the driver sees 1 of 2 devices")
          .contains(
              "bloomery: preflight failed: the preflight of body.sh ended with 1; at fault: n2");
      assertThat(body.standIns.saw("trainer.0")).isFalse();
    }
  }

  @Test
  void whatFailsEverywhereAccusesNobody() throws Exception {
    body.standIns.devices("81920, 0");
    try (JobRun job = JobRun.slurm(body)) {
      assertThat(job.run()).isEqualTo(80);
      assertThat(job.exitRecord()).containsEntry("badNodes", "[]");
    }
  }

  /** A module that is not there, say: the first node is not to blame. */
  @Test
  void aBodyThatDoesNotGetToItsTestsAccusesNobody() throws Exception {
    body.nodes = 48;
    try (JobRun job = JobRun.slurm(body)) {
      assertThat(job.run()).isEqualTo(80);
      assertThat(job.exitRecord()).containsEntry("badNodes", "[]");
      assertThat(job.log()).contains("bloomery: the job has 3 nodes, the run needs 48");
    }
  }

  @Test
  void theSchedulersWarningMakesEveryRankSaveAndLeave() throws Exception {
    body.standIns.rank(
        "switch=$(printf '%s\\n' \"$@\" | grep -A 1 -x -e --kill-switch-path | tail -n 1)",
        "touch \"$SEEN/ready.$SLURM_PROCID\"",
        "until [[ -e $switch ]]; do sleep 0.1; done",
        "touch \"$SEEN/saved.$SLURM_PROCID\"");
    try (JobRun job = JobRun.slurm(body)) {
      Process process = job.start();
      for (int rank = 0; rank < 3; rank++) {
        String ready = "ready." + rank;
        job.await("all ranks train", () -> body.standIns.saw(ready));
      }
      job.signal(process, "USR1");
      assertThat(job.exitCode(process)).isZero();
      assertThat(job.exitRecord())
          .containsEntry("reason", "\"time-limit\"")
          .containsEntry("exitCode", "0");
      assertThat(body.standIns.saw("saved.0")).isTrue();
      assertThat(body.standIns.saw("saved.2")).isTrue();
      job.awaitNoProcess();
    }
  }

  @Test
  void terminationReachesEveryTask() throws Exception {
    body.standIns.rank("touch \"$SEEN/ready.$SLURM_PROCID\"", "while :; do sleep 0.1; done");
    try (JobRun job = JobRun.slurm(body)) {
      Process process = job.start();
      job.await("a rank trains", () -> body.standIns.saw("ready.1"));
      job.signal(process, "TERM");
      assertThat(job.exitCode(process)).isEqualTo(143);
      assertThat(job.exitRecord()).containsEntry("reason", "\"terminated\"");
      job.awaitNoProcess();
    }
  }

  @Test
  void withoutAPathOfItsOwnTheJobHandsOnTheOneThatBashHas() throws Exception {
    String text = "if [[ $0 == */job.sh ]]; then export -n PATH; unset BASH_ENV; fi\n";
    Path noPath = Files.writeString(root.resolve("no-path.sh"), text);
    try (JobRun job = JobRun.slurm(body).environment("BASH_ENV", noPath.toString())) {
      assertThat(job.run()).as(job.errors()).isZero();
    }
  }

  private static String start(JobRun job) throws Exception {
    return job.exitRecord().get("startEpoch");
  }
}
