package org.bloomery.controlplane.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Runs programs to their end. {@link ProcessRunner} runs real ones; whoever simulates programs, or
 * makes them lie, stands in for it.
 */
@FunctionalInterface
public interface CommandRunner {

  /**
   * A process to be waited for.
   *
   * @param argv the program and its arguments; the program is looked for in the PATH of {@code
   *     environment}, not in this process's own
   * @param environment all of it; nothing is inherited
   * @param timeout after which it and its children are killed
   * @param outputBytesMax how much of each stream is kept; the rest is read and dropped
   */
  record Command(
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
  sealed interface Result {
    /** It ended by itself. */
    record Finished(int exitCode, String output, String errors, boolean truncated)
        implements Result {}

    /** It was killed at its timeout; what it had begun may have happened. */
    record TimedOut(Duration after, String output, String errors) implements Result {}

    /** It never ran. */
    record NotStarted(String why) implements Result {}
  }

  /** Runs a process to its end, or to its timeout. */
  Result run(Command command) throws InterruptedException;
}
