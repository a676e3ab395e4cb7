package org.bloomery.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code bloomery} as people run it: a process of its own for each verb.
 *
 * @param home its {@code BLOOMERY_HOME}
 * @param before words before its command, such as a program that prepares its surroundings
 * @param path directories that come first in its {@code PATH}
 */
record Program(Path home, List<String> before, List<Path> path) {

  /** On this machine as it is. */
  static Program on(Path home) {
    return new Program(home, List.of(), List.of());
  }

  /** On the login node of a cluster. */
  static Program on(Path home, SlurmLogin login) {
    return new Program(home, login.onLoginNode(), List.of(login.bin()));
  }

  /** A verb with its arguments, not started yet. */
  ProcessBuilder command(String... words) {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            "org.bloomery.cli.Main"));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command);
    List<String> directories = new ArrayList<>();
    path.forEach(directory -> directories.add(directory.toString()));
    directories.add(System.getenv("PATH"));
    builder.environment().put("PATH", String.join(File.pathSeparator, directories));
    builder.environment().put("BLOOMERY_HOME", home.toString());
    return builder;
  }

  /** Runs a verb that must succeed, and gives what it prints. */
  String run(String... words) throws IOException, InterruptedException {
    Process process = command(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.getOutputStream().close();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as("bloomery %s: %s", List.of(words), printed).isZero();
    return printed;
  }
}
