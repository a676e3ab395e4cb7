package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bloomery.core.id.Sha256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: a job starts only what it may, and its record tells the truth about every end. */
class JobScriptTest {
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path root;

  @Test
  void aTrainingThatEndsWellIsDone() throws Exception {
    try (JobRun job = new JobRun(root, 3).body("echo training", "cat /proc/$PPID/stat > stat")) {
      assertThat(job.run()).isZero();

      assertThat(job.exitRecord())
          .containsExactlyInAnyOrderEntriesOf(
              Map.ofEntries(
                  Map.entry("version", "1"),
                  Map.entry("run", "\"bloom-nano\""),
                  Map.entry("attempt", "3"),
                  Map.entry("jobId", "\"" + jobId(Files.readString(job.file("stat"))) + "\""),
                  Map.entry("restartCount", "0"),
                  Map.entry("startEpoch", job.json("claim").get("startEpoch")),
                  Map.entry("endEpoch", job.exitRecord().get("endEpoch")),
                  Map.entry("exitCode", "0"),
                  Map.entry("signal", "0"),
                  Map.entry("reason", "\"done\""),
                  Map.entry("badNodes", "[]")));
      String id = jobId(Files.readString(job.file("stat")));
      String start = job.exitRecord().get("startEpoch");
      String end = job.exitRecord().get("endEpoch");
      assertThat(job.log())
          .containsExactly(
              "BLOOMERY start run=bloom-nano attempt=3 job=" + id + " epoch=" + start,
              "training",
              "BLOOMERY end run=bloom-nano attempt=3 job="
                  + id
                  + " epoch="
                  + end
                  + " exit=0 reason=done");
      assertThat(job.errors()).isEmpty();
      assertThat(Files.exists(job.file("exit.json.tmp"))).isFalse();
      assertThat(job.saveDirectory).isEmptyDirectory();
      job.awaitNoProcess();
    }
  }

  @Test
  void theClaimNamesTheJobAndItsProcess() throws Exception {
    try (JobRun job = new JobRun(root, 1).body("cat /proc/$PPID/stat > stat")) {
      job.run();
      String stat = Files.readString(job.file("stat"));
      Map<String, String> claim = job.json("claim");
      assertThat(claim)
          .containsOnlyKeys(
              "version",
              "jobId",
              "restartCount",
              "host",
              "startEpoch",
              "bootId",
              "pid",
              "startTicks");
      assertThat(claim.get("jobId")).isEqualTo("\"" + jobId(stat) + "\"");
      assertThat(claim.get("pid")).isEqualTo(stat.substring(0, stat.indexOf(' ')));
      assertThat(jobId(stat)).endsWith("-" + claim.get("pid") + "-" + claim.get("startTicks"));
    }
  }

  @Test
  void aProcessNameWithBracketsDoesNotConfuseTheJobsId() throws Exception {
    Path shell = root.resolve("a) S (1 2");
    Files.copy(Path.of("/bin/bash"), shell);
    try (JobRun job = new JobRun(root, 1).shell(shell).body("cat /proc/$PPID/stat > stat")) {
      assertThat(job.run()).isZero();
      String stat = Files.readString(job.file("stat"));
      assertThat(stat).contains("(a) S (1 2)");
      assertThat(job.exitRecord()).containsEntry("jobId", "\"" + jobId(stat) + "\"");
    }
  }

  @Test
  void aSchedulersIdIsTheJobsId() throws Exception {
    try (JobRun job =
        new JobRun(root, 1)
            .environment("SLURM_JOB_ID", "4711")
            .environment("SLURM_RESTART_COUNT", "2")
            .body("exit 0")) {
      assertThat(job.run()).isZero();
      assertThat(job.exitRecord())
          .containsEntry("jobId", "\"4711\"")
          .containsEntry("restartCount", "2");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 127, 255})
  void theTrainingsExitCodeIsTheJobs(int code) throws Exception {
    try (JobRun job = new JobRun(root, 1).body("exit " + code)) {
      assertThat(job.run()).isEqualTo(code);
      assertThat(job.exitRecord())
          .containsEntry("exitCode", Integer.toString(code))
          .containsEntry("signal", "0")
          .containsEntry("reason", "\"failed\"");
    }
  }

  @Test
  void aKilledTrainingIsRecordedWithItsSignal() throws Exception {
    try (JobRun job = new JobRun(root, 1).body("printf 'half a line'", "kill -KILL $$")) {
      assertThat(job.run()).isEqualTo(137);
      assertThat(job.exitRecord())
          .containsEntry("exitCode", "137")
          .containsEntry("signal", "9")
          .containsEntry("reason", "\"failed\"");
      assertThat(job.log()).element(1).isEqualTo("half a line");
      assertThat(job.log()).last().asString().startsWith("BLOOMERY end run=bloom-nano attempt=1");
    }
  }

  @Test
  void aSecondJobOfTheAttemptTouchesNothing() throws Exception {
    try (JobRun job =
        new JobRun(root, 1).body("touch started", "until [[ -e ../leave ]]; do sleep 0.1; done")) {
      Process first = job.start();
      job.awaitFile("started");
      Map<String, String> before = job.contents();
      assertThat(job.run()).isEqualTo(78);
      assertThat(job.contents()).isEqualTo(before);
      assertThat(job.errors()).contains("claimed by another job");

      Files.createFile(job.directory.resolveSibling("leave"));
      assertThat(job.exitCode(first)).isZero();
      Map<String, String> after = job.contents();
      assertThat(job.run()).isEqualTo(78);
      assertThat(job.contents()).isEqualTo(after);
    }
  }

  @Test
  void aLaterAttemptsClaimFencesAnEarlierOne() throws Exception {
    try (JobRun job = new JobRun(root, 8).body("touch trained")) {
      Path later = Files.createDirectories(job.directory.resolveSibling("0011"));
      Files.writeString(later.resolve("claim"), "");
      assertThat(job.run()).isEqualTo(78);
      assertThat(job.exitRecord())
          .containsEntry("reason", "\"fenced\"")
          .containsEntry("exitCode", "78");
      assertThat(job.file("trained")).doesNotExist();
    }
  }

  @Test
  void earlierAttemptsAndStrayFilesFenceNothing() throws Exception {
    try (JobRun job = new JobRun(root, 8).body("exit 0")) {
      for (String name : List.of("0007", "99999", "later")) {
        Path sibling = Files.createDirectories(job.directory.resolveSibling(name));
        Files.writeString(sibling.resolve("claim"), "");
      }
      Files.createDirectories(job.directory.resolveSibling("0009"));
      assertThat(job.run()).isZero();
    }
  }

  @Test
  void withoutTheWordToGoNothingIsTrained() throws Exception {
    try (JobRun job = new JobRun(root, 1).waits(SHORT, LONG).body("touch trained")) {
      Files.delete(job.file("go"));
      assertThat(job.run()).isEqualTo(79);
      assertThat(job.exitRecord())
          .containsEntry("reason", "\"not-bound\"")
          .containsEntry("exitCode", "79");
      assertThat(job.log()).hasSize(3).element(2).asString().endsWith("exit=79 reason=not-bound");
      assertThat(job.file("trained")).doesNotExist();
    }
  }

  @Test
  void theWordToGoMayComeLate() throws Exception {
    try (JobRun job = new JobRun(root, 1).body("exit 0")) {
      Path early = Files.move(job.file("go"), root.resolve("go"));
      Process process = job.start();
      job.awaitFile("claim");
      Files.move(early, job.file("go"));
      assertThat(job.exitCode(process)).isZero();
    }
  }

  @Test
  void anotherBodyThanTheNamedOneIsNotRun() throws Exception {
    try (JobRun job = new JobRun(root, 1).body("touch trained")) {
      job.go(1, Sha256.of("another"), Optional.empty());
      assertMismatch(job, "body.sh has SHA-256");
    }
  }

  @Test
  void theWordForAnotherAttemptDoesNotCount() throws Exception {
    try (JobRun job = new JobRun(root, 2).body("touch trained")) {
      String body = Files.readString(job.file("body.sh"));
      job.go(1, Sha256.of(body), Optional.empty());
      assertMismatch(job, "go is for attempt '1', this is attempt 2");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "global_step300", "global_step2000", "200"})
  void anotherCheckpointThanTheNamedOneIsNotLoaded(String latest) throws Exception {
    try (JobRun job = new JobRun(root, 2).body("touch trained")) {
      String body = Files.readString(job.file("body.sh"));
      Files.createDirectories(job.file("load"));
      Files.writeString(job.file("load").resolve("latest"), latest);
      job.go(2, Sha256.of(body), Optional.of(200L));
      assertMismatch(job, "load/latest names '" + latest + "'");
    }
  }

  @Test
  void aMissingViewIsNotLoaded() throws Exception {
    try (JobRun job = new JobRun(root, 2).body("touch trained")) {
      String body = Files.readString(job.file("body.sh"));
      job.go(2, Sha256.of(body), Optional.of(200L));
      assertMismatch(job, "load/latest names ''");
    }
  }

  @Test
  void theNamedCheckpointIsLoaded() throws Exception {
    try (JobRun job = new JobRun(root, 2).body("cat load/latest")) {
      String body = Files.readString(job.file("body.sh"));
      Files.createDirectories(job.file("load"));
      Files.writeString(job.file("load").resolve("latest"), "global_step200");
      job.go(2, Sha256.of(body), Optional.of(200L));
      assertThat(job.run()).isZero();
    }
  }

  @Test
  void aMissingSaveDirectoryAccusesTheNode() throws Exception {
    try (JobRun job = new JobRun(root, 1).body("touch trained")) {
      Files.delete(job.saveDirectory);
      assertThat(job.run()).isEqualTo(80);
      assertThat(job.exitRecord())
          .containsEntry("reason", "\"preflight\"")
          .containsEntry("badNodes", "[" + job.json("claim").get("host") + "]");
      assertThat(job.file("trained")).doesNotExist();
    }
  }

  @Test
  void tooLittleSpaceAccusesNoNode() throws Exception {
    try (JobRun job = new JobRun(root, 1).needsFree(Long.MAX_VALUE).body("touch trained")) {
      assertThat(job.run()).isEqualTo(80);
      assertThat(job.exitRecord())
          .containsEntry("reason", "\"preflight\"")
          .containsEntry("badNodes", "[]");
      assertThat(job.errors()).containsPattern("has [0-9]+ bytes free, 9223372036854775807");
      assertThat(job.file("trained")).doesNotExist();
    }
  }

  @Test
  void aFailedPreflightOfTheBodyAccusesTheNode() throws Exception {
    try (JobRun job = new JobRun(root, 1).wholeBody("echo no $1; [[ $1 == train ]]")) {
      assertThat(job.run()).isEqualTo(80);
      assertThat(job.exitRecord())
          .containsEntry("reason", "\"preflight\"")
          .containsEntry("badNodes", "[" + job.json("claim").get("host") + "]");
      assertThat(job.log()).contains("no preflight").doesNotContain("no train");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b",
        "it's",
        "$(touch pwned)",
        "a;touch pwned",
        "line\nbreak",
        "-rf",
        "*",
        "é\""
      })
  void namesOfDirectoriesAreOnlyNames(String name) throws Exception {
    Path hostile = Files.createDirectories(root.resolve(name));
    try (JobRun job = new JobRun(hostile, 1).body("exit 5")) {
      assertThat(job.run()).isEqualTo(5);
      assertThat(job.exitRecord()).containsEntry("reason", "\"failed\"");
      try (var files = Files.walk(root)) {
        assertThat(files).noneMatch(path -> path.endsWith("pwned"));
      }
    }
  }

  @Test
  void hostileNamesOfNodesAndJobsLeaveTheRecordValid() throws Exception {
    try (JobRun job =
        new JobRun(root, 1)
            .environment("SLURM_JOB_ID", "1\",\"x\":\"\n\\")
            .environment("SLURMD_NODENAME", "n\"\\ü")
            .body("exit 0")) {
      Files.delete(job.saveDirectory);
      assertThat(job.run()).isEqualTo(80);
      assertThat(job.exitRecord()).hasSize(11).containsEntry("jobId", "\"1___x_:___\"");
      assertThat(job.exitRecord().get("badNodes")).startsWith("[\"n__").doesNotContain("ü");
    }
  }

  @Test
  void aFullDiskKeepsNobodyWaiting() throws Exception {
    try (JobRun job = new JobRun(root, 1).body("exit 3")) {
      Files.createSymbolicLink(job.file("exit.json.tmp"), Path.of("/dev/full"));
      assertThat(job.run()).isEqualTo(3);
      assertThat(job.file("exit.json")).doesNotExist();
      assertThat(job.errors()).contains("cannot write " + job.file("exit.json"));
    }
  }

  /** An {@code rm} that ends the script stands for whatever may go wrong in it. */
  @Test
  void aScriptThatBreaksOffStillWritesItsRecord() throws Exception {
    Path sabotage = Files.writeString(root.resolve("sabotage.sh"), "rm() { exit 9; }\n");
    try (JobRun job =
        new JobRun(root, 1).environment("BASH_ENV", sabotage.toString()).body("touch trained")) {
      assertThat(job.run()).isEqualTo(9);
      assertThat(job.exitRecord())
          .containsEntry("exitCode", "9")
          .containsEntry("reason", "\"failed\"");
      assertThat(job.errors()).contains("broke off with 9");
      assertThat(job.file("trained")).doesNotExist();
    }
  }

  private void assertMismatch(JobRun job, String message) throws Exception {
    assertThat(job.run()).isEqualTo(81);
    assertThat(job.exitRecord())
        .containsEntry("reason", "\"failed\"")
        .containsEntry("exitCode", "81");
    assertThat(job.log()).anyMatch(line -> line.contains(message));
    assertThat(job.file("trained")).doesNotExist();
  }

  /** The rule of the job's id, derived a second time from the same facts of /proc. */
  private static String jobId(String stat) throws Exception {
    String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).substring(0, 8);
    String pid = stat.substring(0, stat.indexOf(' '));
    String ticks = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[22 - 3];
    return boot + "-" + pid + "-" + ticks;
  }
}
