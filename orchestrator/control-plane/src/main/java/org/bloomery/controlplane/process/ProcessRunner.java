package org.bloomery.controlplane.process;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The only place that starts processes: always from a list of arguments, never through a shell's
 * parsing, and with an environment that says everything it contains.
 */
public final class ProcessRunner {
  /** How long output is still read after a process is over, in case a child holds its pipe. */
  private static final Duration DRAIN = Duration.ofSeconds(2);

  /**
   * A process to be waited for.
   *
   * @param environment all of it; nothing is inherited
   * @param timeout after which it and its children are killed
   * @param outputBytesMax how much of each stream is kept; the rest is read and dropped
   */
  public record Command(
      List<String> argv,
      Optional<Path> directory,
      Map<String, String> environment,
      Duration timeout,
      int outputBytesMax) {
    public Command {
      argv = List.copyOf(argv);
      environment = new TreeMap<>(environment);
    }
  }

  /** What became of a process that was waited for. */
  public sealed interface Result {
    /** It ended by itself. */
    record Finished(int exitCode, String output, String errors, boolean truncated)
        implements Result {}

    /** It was killed at its timeout; what it had begun may have happened. */
    record TimedOut(Duration after, String output, String errors) implements Result {}

    /** It never ran. */
    record NotStarted(String why) implements Result {}
  }

  /**
   * A process that shall outlive this one, in a session of its own, without a terminal.
   *
   * @param environment all of it; nothing is inherited
   * @param log where its output and errors are appended
   */
  public record Detached(
      List<String> argv, Path directory, Map<String, String> environment, Path log) {
    public Detached {
      argv = List.copyOf(argv);
      environment = new TreeMap<>(environment);
    }
  }

  /**
   * A detached process that waits for one line on its standard input before it does anything; end
   * of file instead of the line means that it must not.
   */
  public static final class Gated {
    private final Process process;

    private Gated(Process process) {
      this.process = process;
    }

    /** Its process id, which is also the id of its session. */
    public long pid() {
      return process.pid();
    }

    /** Lets it go on. */
    public void release() throws IOException {
      try (OutputStream gate = process.getOutputStream()) {
        gate.write("go\n".getBytes(StandardCharsets.US_ASCII));
      }
    }

    /** Tells it to leave without having done anything, and waits until it has. */
    public void abandon() {
      try {
        process.getOutputStream().close();
      } catch (IOException alreadyGone) {
        // A broken pipe: there is nobody left to tell.
      }
      try {
        if (!process.waitFor(DRAIN.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException interrupted) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Runs a process to its end, or to its timeout. */
  public Result run(Command command) throws InterruptedException {
    Process process;
    try {
      process = builder(command).start();
      process.getOutputStream().close();
    } catch (IOException refused) {
      return new Result.NotStarted(command.argv().get(0) + ": " + refused.getMessage());
    }
    Drain output = Drain.of(process.getInputStream(), command.outputBytesMax());
    Drain errors = Drain.of(process.getErrorStream(), command.outputBytesMax());
    boolean ended = false;
    try {
      ended = process.waitFor(command.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      if (!ended) {
        kill(process);
      }
    }
    output.await(DRAIN);
    errors.await(DRAIN);
    return ended
        ? new Result.Finished(
            process.exitValue(),
            output.text(),
            errors.text(),
            output.truncated() || errors.truncated())
        : new Result.TimedOut(command.timeout(), output.text(), errors.text());
  }

  /**
   * Starts a process that survives this one: its own session, so that no terminal and no signal to
   * our process group reaches it.
   *
   * <p>Being a child of this process, it is never the leader of a process group, so {@code setsid}
   * replaces itself by the command instead of forking: the process id stays the same.
   */
  public Gated startDetached(Detached command) throws IOException {
    List<String> argv = new ArrayList<>();
    argv.add("setsid");
    argv.addAll(command.argv());
    ProcessBuilder builder =
        new ProcessBuilder(argv)
            .directory(command.directory().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(command.log().toFile()));
    builder.environment().clear();
    builder.environment().putAll(command.environment());
    return new Gated(builder.start());
  }

  private static ProcessBuilder builder(Command command) {
    ProcessBuilder builder = new ProcessBuilder(command.argv());
    command.directory().map(Path::toFile).ifPresent((File at) -> builder.directory(at));
    builder.environment().clear();
    builder.environment().putAll(command.environment());
    return builder;
  }

  private static void kill(Process process) {
    // Children first: once their parent is gone they can no longer be found.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
