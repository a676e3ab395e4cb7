package org.bloomery.controlplane.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bloomery.controlplane.process.CommandRunner.Command;
import org.bloomery.controlplane.process.CommandRunner.Result;
import org.bloomery.controlplane.process.ProcessRunner.Detached;
import org.bloomery.controlplane.process.ProcessRunner.Gated;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes get exactly what is said, and cannot hold up or flood whoever started them. */
class ProcessRunnerTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final String PATH = System.getenv("PATH");

  @TempDir private Path temporary;
  private final ProcessRunner runner = new ProcessRunner();

  @Test
  void argumentsArriveAsTheyAre() throws InterruptedException {
    String hostile = "a b\t'\"$(id)`id`;&|*\n-n\\";

    assertThat(run(LONG, 1000, "printf", "%s", hostile))
        .isEqualTo(new Result.Finished(0, hostile, "", false));
  }

  @Test
  void nothingIsInherited() throws InterruptedException {
    assertThat(run(LONG, 1000, "env"))
        .isEqualTo(new Result.Finished(0, "PATH=" + PATH + "\n", "", false));
  }

  @Test
  void outputAndErrorsAndTheExitCodeComeBackApart() throws InterruptedException {
    assertThat(run(LONG, 1000, "bash", "-c", "echo out; echo error >&2; exit 7"))
        .isEqualTo(new Result.Finished(7, "out\n", "error\n", false));
  }

  @Test
  void aFloodIsCutAndDoesNotBlock() throws InterruptedException {
    assertThat(run(LONG, 10, "bash", "-c", "head -c 3000000 /dev/zero | tr '\\0' x"))
        .isEqualTo(new Result.Finished(0, "x".repeat(10), "", true));
  }

  @Test
  void atItsTimeoutAProcessIsKilledWithItsChildren() throws Exception {
    Path child = temporary.resolve("child");
    Result result =
        run(
            Duration.ofSeconds(2),
            1000,
            "bash",
            "-c",
            "sleep 600 & echo $! > \"$1\"; echo begun; wait",
            "bash",
            child.toString());

    assertThat(result)
        .isInstanceOfSatisfying(
            Result.TimedOut.class, late -> assertThat(late.output()).isEqualTo("begun\n"));
    long pid = Long.parseLong(Files.readString(child).strip());
    assertThat(ProcessHandle.of(pid).filter(ProcessRunnerTest::sleeps)).isEmpty();
  }

  /** A killed process may stay in the table for a while, without a command, until it is reaped. */
  private static boolean sleeps(ProcessHandle process) {
    return process.info().command().filter(name -> name.endsWith("sleep")).isPresent();
  }

  @Test
  void whatIsNotThereIsNotStarted() throws InterruptedException {
    assertThat(run(LONG, 1000, "no-such-program"))
        .isInstanceOfSatisfying(
            Result.NotStarted.class,
            no -> assertThat(no.why()).contains("no-such-program").contains("PATH=" + PATH));
  }

  @Test
  void aProgramIsFoundInThePathOfItsCommandAndNowhereElse() throws Exception {
    Path program = Files.writeString(temporary.resolve("hello"), "#!/bin/sh\necho hello\n");
    Command hello =
        new Command(
            List.of("hello"),
            Optional.empty(),
            Map.of("PATH", "/nowhere:" + temporary),
            LONG,
            1000);

    assertThat(runner.run(hello)).as("not executable").isInstanceOf(Result.NotStarted.class);
    assertThat(program.toFile().setExecutable(true)).isTrue();

    assertThat(runner.run(hello)).isEqualTo(new Result.Finished(0, "hello\n", "", false));
    assertThat(run(LONG, 1000, "hello")).isInstanceOf(Result.NotStarted.class);
  }

  @Test
  void aGatedProcessDoesNothingUntilItIsReleased() throws Exception {
    Gated abandoned = gated("read -r word || exit 0; touch abandoned");
    abandoned.abandon();
    Gated released = gated("read -r word || exit 0; touch released");
    released.release();

    for (int i = 0; i < 500 && !Files.exists(temporary.resolve("released")); i++) {
      Thread.sleep(20);
    }
    assertThat(temporary.resolve("released")).exists();
    assertThat(temporary.resolve("abandoned")).doesNotExist();
    assertThat(ProcessHandle.of(abandoned.pid())).isEmpty();
  }

  private Gated gated(String script) throws IOException {
    return runner.startDetached(
        new Detached(
            List.of("bash", "-c", script),
            temporary,
            Map.of("PATH", PATH),
            temporary.resolve("log")));
  }

  private Result run(Duration timeout, int outputBytesMax, String... argv)
      throws InterruptedException {
    return runner.run(
        new Command(
            List.of(argv), Optional.empty(), Map.of("PATH", PATH), timeout, outputBytesMax));
  }
}
