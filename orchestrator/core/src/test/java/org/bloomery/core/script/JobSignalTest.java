package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: however a job is asked or made to end, no process outlives it and its record is right. */
class JobSignalTest {
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Trains until it is asked to save and leave, as Megatron does. */
  private static final String UNTIL_ASKED =
      "touch started; until [[ -e kill-switch ]]; do sleep 0.1; done; touch saved";

  @TempDir Path root;

  @Test
  void terminationReachesEveryProcess() throws Exception {
    try (JobRun job = new JobRun(root, 1).body("sleep 600 & sleep 600 & touch started", "wait")) {
      Process process = job.start();
      job.awaitFile("started");
      job.signal(process, "TERM");
      assertThat(job.exitCode(process)).isEqualTo(143);
      assertThat(job.exitRecord())
          .containsEntry("reason", "\"terminated\"")
          .containsEntry("exitCode", "143")
          .containsEntry("signal", "15");
      job.awaitNoProcess();
    }
  }

  @Test
  void terminationBeforeTheWordToGoTrainsNothing() throws Exception {
    try (JobRun job = new JobRun(root, 1).body("touch started")) {
      Files.delete(job.file("go"));
      Process process = job.start();
      job.awaitFile("train.log");
      job.signal(process, "TERM");
      assertThat(job.exitCode(process)).isEqualTo(143);
      assertThat(job.exitRecord()).containsEntry("reason", "\"terminated\"");
      assertThat(job.file("started")).doesNotExist();
      job.awaitNoProcess();
    }
  }

  @Test
  void whatIgnoresTerminationIsKilledWhereverItWent() throws Exception {
    try (JobRun job =
        new JobRun(root, 1)
            .waits(LONG, SHORT)
            .body(
                "trap '' TERM",
                "setsid bash -c \"trap '' TERM; touch elsewhere; while :; do sleep 1; done\" &",
                "until [[ -e elsewhere ]]; do sleep 0.1; done",
                "touch started",
                "while :; do sleep 1; done")) {
      Process process = job.start();
      job.awaitFile("started");
      job.signal(process, "TERM");
      assertThat(job.exitCode(process)).isEqualTo(137);
      assertThat(job.exitRecord())
          .containsEntry("reason", "\"terminated\"")
          .containsEntry("signal", "9");
      job.awaitNoProcess();
    }
  }

  @Test
  void ranksMayFinishTheirSaveAfterTheFirstProcessHasLeft() throws Exception {
    try (JobRun job =
        new JobRun(root, 1)
            .body(
                "bash -c 'trap \"sleep 1; touch saved; exit\" TERM; touch started;"
                    + " while :; do sleep 0.1; done' &",
                "wait")) {
      Process process = job.start();
      job.awaitFile("started");
      job.signal(process, "TERM");
      assertThat(job.exitCode(process)).isEqualTo(143);
      assertThat(job.file("saved")).exists();
      job.awaitNoProcess();
    }
  }

  @Test
  void processesThatTheTrainingLeavesBehindAreKilled() throws Exception {
    try (JobRun job = new JobRun(root, 1).body("setsid sleep 600 & exit 4")) {
      assertThat(job.run()).isEqualTo(4);
      assertThat(job.exitRecord()).containsEntry("reason", "\"failed\"");
      job.awaitNoProcess();
    }
  }

  @Test
  void theSchedulersWarningBecomesTheKillSwitch() throws Exception {
    try (JobRun job = new JobRun(root, 1).body(UNTIL_ASKED)) {
      Process process = job.start();
      job.awaitFile("started");
      job.signal(process, "USR1");
      assertThat(job.exitCode(process)).isZero();
      assertThat(job.exitRecord()).containsEntry("reason", "\"time-limit\"");
      assertThat(job.file("saved")).exists();
      job.awaitNoProcess();
    }
  }

  /** SLURM warns, and ends a job that has not left at its limit by the same signal as scancel. */
  @ParameterizedTest
  @CsvSource({"100s, time-limit", "1h, terminated"})
  void terminationAfterTheWarningIsTheLimitsOnlyWhereThatIsNear(String limit, String reason)
      throws Exception {
    try (JobRun job =
        new JobRun(root, 1)
            .limits(Duration.parse("PT" + limit), Duration.ofSeconds(30))
            .body("touch started", "while :; do sleep 0.1; done")) {
      Process process = job.start();
      job.awaitFile("started");
      job.signal(process, "USR1");
      job.awaitFile("kill-switch");
      job.signal(process, "TERM");
      assertThat(job.exitCode(process)).isEqualTo(143);
      assertThat(job.exitRecord()).containsEntry("reason", "\"" + reason + "\"");
      job.awaitNoProcess();
    }
  }

  @Test
  void aStopByThePersonIsTold() throws Exception {
    try (JobRun job = new JobRun(root, 1).body(UNTIL_ASKED)) {
      Process process = job.start();
      job.awaitFile("started");
      Files.createFile(job.file("kill-switch"));
      assertThat(job.exitCode(process)).isZero();
      assertThat(job.exitRecord()).containsEntry("reason", "\"kill-switch\"");
    }
  }

  @Test
  void noNumberOfSignalsHidesTheExitCode() throws Exception {
    try (JobRun job =
        new JobRun(root, 1)
            .body("touch started", "until [[ -e leave ]]; do sleep 0.1; done", "exit 6")) {
      Process process = job.start();
      job.awaitFile("started");
      for (int i = 0; i < 10; i++) {
        job.signal(process, "USR1");
        job.signal(process, "STOP");
        job.signal(process, "CONT");
      }
      Files.createFile(job.file("leave"));
      job.signal(process, "USR1");
      assertThat(job.exitCode(process)).isEqualTo(6);
      assertThat(job.exitRecord()).containsEntry("reason", "\"failed\"");
    }
  }

  @Test
  void nearTheTimeLimitTheTrainingIsAskedToSave() throws Exception {
    try (JobRun job =
        new JobRun(root, 1)
            .limits(Duration.ofSeconds(61), Duration.ofSeconds(60))
            .body(UNTIL_ASKED)) {
      assertThat(job.run()).isZero();
      assertThat(job.exitRecord()).containsEntry("reason", "\"time-limit\"");
      job.awaitNoProcess();
    }
  }

  @Test
  void atTheTimeLimitTheTrainingIsEnded() throws Exception {
    try (JobRun job =
        new JobRun(root, 1)
            .waits(LONG, SHORT)
            .limits(Duration.ofSeconds(2), SHORT)
            .body("trap '' TERM", "while :; do sleep 1; done")) {
      assertThat(job.run()).isEqualTo(137);
      assertThat(job.exitRecord()).containsEntry("reason", "\"time-limit\"");
      assertThat(job.file("kill-switch")).exists();
      job.awaitNoProcess();
    }
  }

  /** What is left is the training itself, which the resource manager knows by its mark. */
  @Test
  void aKilledJobLeavesNoProcessOfItsOwn() throws Exception {
    try (JobRun job = new JobRun(root, 1).body("touch started", "exec sleep 600")) {
      Process process = job.start();
      job.awaitFile("started");
      process.destroyForcibly();
      job.exitCode(process);
      job.await(
          "only the training lives",
          () -> {
            try {
              return job.liveProcesses().stream().allMatch("sleep 600"::equals);
            } catch (java.io.IOException e) {
              throw new AssertionError(e);
            }
          });
      assertThat(job.liveProcesses()).hasSize(1);
      assertThat(job.file("exit.json")).doesNotExist();
    }
  }
}
