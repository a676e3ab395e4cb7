package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bloomery.controlplane.process.CommandRunner.Command;
import org.bloomery.controlplane.process.CommandRunner.Result;
import org.bloomery.controlplane.process.ProcessRunner;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands on a login node, through a stand-in for {@code ssh} that gives its last argument to a
 * shell as the real one's other end does.
 */
class OverSshTest {
  @TempDir private Path temporary;
  private Path programs;
  private OverSsh login;

  @BeforeEach
  void open() throws IOException {
    programs = Files.createDirectories(temporary.resolve("bin"));
    program("ssh", "for last; do :; done\nexec /bin/sh -c \"$last\"\n");
    Map<String, String> environment = new TreeMap<>();
    environment.put("PATH", programs + ":/usr/bin:/bin");
    login =
        new OverSsh(
            "login1",
            Optional.of("ada"),
            System.getProperty("user.name"),
            temporary,
            Duration.ofMinutes(10),
            environment);
  }

  private void program(String name, String script) throws IOException {
    Path file = Files.writeString(programs.resolve(name), "#!/bin/bash\n" + script);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Answer run(SlurmProgram program, String... arguments) throws InterruptedException {
    return login.answer(
        program, new ProcessRunner().run(login.command(program, List.of(arguments))));
  }

  @Test
  void argumentsArriveAsTheyAreAndSoDoOutputErrorsAndExitCode() throws Exception {
    program("squeue", "printf '<%s>' \"$@\"; echo oops >&2; exit 3\n");
    String hostile = "a b\t'\"$(id)`id`;&|*\n-n\\ %i|%j";

    assertThat(run(SlurmProgram.SQUEUE, "--format=" + hostile, "", "-x"))
        .isEqualTo(new Answer.Ended(3, "<--format=" + hostile + "><><-x>", "oops\n"));
  }

  @Test
  void whatStartUpFilesPrintIsNotPartOfTheAnswer() throws Exception {
    program("ssh", "for last; do :; done\necho Welcome; echo\nexec /bin/sh -c \"$last\"\n");
    program("squeue", "echo row\n");

    assertThat(run(SlurmProgram.SQUEUE)).isEqualTo(new Answer.Ended(0, "row\n", ""));
  }

  /** An option in the environment there would silently change what a command says or does. */
  @Test
  void optionsInTheEnvironmentThereAreLeftOut() throws Exception {
    program(
        "ssh",
        """
        for last; do :; done
        export SQUEUE_PARTITION=debug SBATCH_ACCOUNT=other SLURM_CLUSTERS=x
        export SLURM_TIME_FORMAT=relative SLURM_CONF=/etc/s.conf SHELL_THING=stays
        exec /bin/sh -c "$last"
        """);
    program("squeue", "env | grep -E '^(S[A-Z]*_|TZ=)' | sort\n");
    program("sbatch", "env | grep -E '^(S[A-Z]*_|TZ=)' | sort\n");

    assertThat(run(SlurmProgram.SQUEUE))
        .isEqualTo(
            new Answer.Ended(
                0,
                "SHELL_THING=stays\nSLURM_CONF=/etc/s.conf\nSLURM_TIME_FORMAT=%s\nTZ=UTC\n",
                ""));
    // A job would inherit the zone.
    assertThat(run(SlurmProgram.SBATCH))
        .isEqualTo(new Answer.Ended(0, "SHELL_THING=stays\nSLURM_CONF=/etc/s.conf\n", ""));
  }

  /**
   * 255 is ssh's own word for trouble, and sbatch's for a bad option: they must not be mixed up.
   */
  @Test
  void ssh255IsTroubleOnTheWayAndNeverARefusal() throws Exception {
    program("sbatch", "echo 'sbatch: error: Invalid --time specification' >&2; exit 255\n");
    assertThat(run(SlurmProgram.SBATCH))
        .isEqualTo(new Answer.Ended(255, "", "sbatch: error: Invalid --time specification\n"));

    program(
        "ssh", "echo 'ssh: connect to host login1 port 22: Connection refused' >&2; exit 255\n");
    assertThat(run(SlurmProgram.SBATCH))
        .isEqualTo(
            new Answer.Lost(
                "the connection to login1 broke:"
                    + " ssh: connect to host login1 port 22: Connection refused",
                ""));
  }

  @Test
  void aConnectionThatBreaksInTheMiddleLeavesTheOutcomeOpen() throws Exception {
    program("ssh", "echo bloomery:begin; echo 4711; exit 255\n");

    Answer broken = run(SlurmProgram.SBATCH);

    assertThat(broken)
        .isEqualTo(
            new Answer.Lost(
                "the connection to login1 broke: ssh ended with 255 without a word", "4711\n"));
  }

  @Test
  void aMissingProgramThereIsNamed() throws Exception {
    Path there = Files.createDirectories(temporary.resolve("there"));
    for (String needed : List.of("env", "id", "sed")) {
      program("../there/" + needed, "exec /usr/bin/" + needed + " \"$@\"\n");
    }
    program("ssh", "for last; do :; done\nPATH=" + there + " exec /bin/sh -c \"$last\"\n");

    assertThat(run(SlurmProgram.SACCT))
        .isInstanceOfSatisfying(
            Answer.NeverRan.class,
            never ->
                assertThat(never.why())
                    .contains("no program sacct")
                    .contains("login1")
                    .contains("no modules are loaded"));
  }

  /** Jobs under another name would never be found, and be submitted again and again. */
  @Test
  void nothingRunsUnderAnotherName() throws Exception {
    program("id", "echo grace\n");
    program("sbatch", "touch " + temporary.resolve("ran") + "\n");

    assertThat(run(SlurmProgram.SBATCH))
        .isInstanceOfSatisfying(
            Answer.NeverRan.class,
            never ->
                assertThat(never.why()).startsWith("login1 knows this user as grace, and not"));
    assertThat(temporary.resolve("ran")).doesNotExist();
  }

  @Test
  void withoutSshHereNothingRan() throws Exception {
    Files.delete(programs.resolve("ssh"));
    OverSsh nowhere =
        new OverSsh(
            "login1",
            Optional.empty(),
            "ada",
            temporary,
            Duration.ofMinutes(1),
            Map.of("PATH", programs.toString()));

    Result result = new ProcessRunner().run(nowhere.command(SlurmProgram.SQUEUE, List.of()));

    assertThat(nowhere.answer(SlurmProgram.SQUEUE, result))
        .isEqualTo(new Answer.NeverRan("ssh: there is no such program in PATH=" + programs));
  }

  @Test
  void tooMuchOrTooLateIsNoAnswer() {
    assertThat(
            login.answer(
                SlurmProgram.SQUEUE, new Result.Finished(0, "bloomery:begin\nrow", "", true)))
        .isInstanceOf(Answer.Lost.class);
    assertThat(
            login.answer(
                SlurmProgram.SBATCH,
                new Result.TimedOut(Duration.ofMinutes(4), "bloomery:begin\n4711\n", "")))
        .isEqualTo(new Answer.Lost("sbatch on login1 did not end within 240 s: ", "4711\n"));
  }

  @Test
  void oneConnectionIsSharedAndAsksNobody() {
    Command command = login.command(SlurmProgram.SQUEUE, List.of("--all"));

    assertThat(command.argv())
        .startsWith("ssh")
        .contains(
            "BatchMode=yes",
            "StrictHostKeyChecking=yes",
            "ControlMaster=auto",
            "ControlPath=" + temporary + "/ssh-%C",
            "ControlPersist=600")
        .containsSequence("-l", "ada")
        .containsSequence("--", "login1");
  }

  @Test
  void aHostIsNeverAnOption() {
    assertThatThrownBy(
            () ->
                new OverSsh(
                    "-oProxyCommand=x",
                    Optional.empty(),
                    "ada",
                    temporary,
                    Duration.ofMinutes(1),
                    Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
