package org.bloomery.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.RunId;

/** Finds the processes of a training's ranks on this machine. */
final class Ranks {
  private static final Path PROC = Path.of("/proc");

  private Ranks() {}

  /**
   * Kills one rank with SIGKILL, as the kernel's out-of-memory killer would.
   *
   * @return its process id
   */
  static long kill(Path runs, RunId run, int attempt, int rank) {
    String directory = AttemptDirectory.of(runs.toString(), run, attempt);
    List<String> marks = List.of("BLOOMERY_ATTEMPT_DIRECTORY=" + directory, "RANK=" + rank);
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (environment(process).containsAll(marks)) {
          ProcessHandle handle =
              ProcessHandle.of(Long.parseLong(process.getFileName().toString())).orElseThrow();
          handle.destroyForcibly();
          return handle.pid();
        }
      }
    } catch (IOException e) {
      throw new ApiException(ApiException.Kind.UNAVAILABLE, "cannot list processes: " + e);
    }
    throw new ApiException(
        ApiException.Kind.NOT_FOUND, "rank " + rank + " of " + directory + " does not run");
  }

  /** Nothing for a process that is gone or belongs to somebody else. */
  private static List<String> environment(Path process) {
    try {
      String text =
          new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.UTF_8);
      return List.of(text.split("\0"));
    } catch (IOException e) {
      return List.of();
    }
  }
}
