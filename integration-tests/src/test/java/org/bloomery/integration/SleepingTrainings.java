package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.core.id.RunId;

/**
 * Runs whose jobs are real in every respect but that their training only sleeps, so that a hundred
 * of them live at once on a small machine.
 */
final class SleepingTrainings implements AutoCloseable {
  private static final String MARK = "BLOOMERY_ATTEMPT_DIRECTORY=";

  private final Path home;
  private final Path python;

  /** Prepares a home for them. */
  SleepingTrainings(Path home) throws IOException {
    this.home = home;
    NanoTraining.writeCorpus(home);
    python = home.resolveSibling("python");
    Files.writeString(
        python,
        """
        #!/bin/bash
        if [[ $1 == -c ]]; then
          exec /usr/bin/python3 "$@"
        fi
        exec sleep 100000
        """);
    Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwx------"));
  }

  /** Submits one. */
  void submit(ControlPlaneApi api, RunId run) {
    String spec =
        NanoTraining.spec(run.value(), 1_000_000, 1000, "")
            .replace("/usr/bin/python3", python.toString());
    api.submit(spec, run + ".yaml", NanoTraining.trainer().toString(), false, "nobody");
  }

  /** The trainings that sleep now: their process ids, by the directory of their attempt. */
  SortedMap<String, List<Long>> living() throws IOException {
    SortedMap<String, List<Long>> living = new TreeMap<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        attempt(process)
            .ifPresent(
                directory ->
                    living
                        .computeIfAbsent(directory, d -> new ArrayList<>())
                        .add(Long.parseLong(process.getFileName().toString())));
      }
    }
    return living;
  }

  /** The attempt of a process, if it is a training of this home. */
  private Optional<String> attempt(Path process) {
    try {
      if (!Files.readString(process.resolve("comm")).equals("sleep\n")) {
        return Optional.empty();
      }
      String environment =
          Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
      return List.of(environment.split("\0")).stream()
          .filter(entry -> entry.startsWith(MARK + home + "/"))
          .map(entry -> entry.substring((MARK + home + "/runs/").length()))
          .findFirst();
    } catch (IOException e) {
      // It has just gone.
      return Optional.empty();
    }
  }

  /** The one training of a run that lives, in its first attempt. */
  long only(RunId run) throws IOException {
    List<Long> living = living().getOrDefault(run + "/attempts/0001", List.of());
    assertThat(living).as("trainings of %s", run).hasSize(1);
    return living.get(0);
  }

  /** Waits until a run's training lives. */
  long await(RunId run) throws Exception {
    Waiting.until(
        "the training of " + run,
        () -> living().getOrDefault(run + "/attempts/0001", List.of()).size() == 1);
    return only(run);
  }

  /** Ends those that a failed test has left; their jobs then end by themselves. */
  @Override
  public void close() throws IOException {
    living()
        .values()
        .forEach(
            training ->
                training.forEach(
                    pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly)));
  }
}
