package org.bloomery.controlplane.process;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
public final class ProcessRunner implements CommandRunner {
  private static final String PATH = "PATH";

  /** How long output is still read after a process is over, in case a child holds its pipe. */
  private static final Duration DRAIN = Duration.ofSeconds(2);

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

  @Override
  public Result run(Command command) throws InterruptedException {
    Optional<List<String>> argv = located(command);
    if (argv.isEmpty()) {
      String path = command.environment().get(PATH);
      return new Result.NotStarted(
          command.argv().get(0) + ": there is no such program in PATH=" + path);
    }
    Process process;
    try {
      process = builder(command, argv.get()).start();
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

  /**
   * The arguments with the program's full path; empty if the command's PATH does not have it. Java
   * itself would look in the PATH that this process was started with.
   */
  private static Optional<List<String>> located(Command command) {
    String program = command.argv().get(0);
    String path = command.environment().get(PATH);
    if (path == null || program.indexOf('/') >= 0) {
      return Optional.of(command.argv());
    }
    for (String directory : path.split(File.pathSeparator, -1)) {
      Path file = Path.of(directory, program);
      if (file.isAbsolute() && Files.isRegularFile(file) && Files.isExecutable(file)) {
        List<String> argv = new ArrayList<>(command.argv());
        argv.set(0, file.toString());
        return Optional.of(argv);
      }
    }
    return Optional.empty();
  }

  private static ProcessBuilder builder(Command command, List<String> argv) {
    ProcessBuilder builder = new ProcessBuilder(argv);
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
