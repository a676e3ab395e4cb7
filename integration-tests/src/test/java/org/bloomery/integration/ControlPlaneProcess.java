package org.bloomery.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.config.Home;
import org.bloomery.controlplane.config.HomeException;
import org.bloomery.controlplane.config.SocketDirectory;
import org.bloomery.controlplane.http.ControlPlaneClient;

/** {@code bloomery serve} as a process of its own, so that it can be killed like one. */
final class ControlPlaneProcess implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofMinutes(2);

  private final Path home;
  private final Path log;
  private final List<String> options;
  private final Map<String, String> environment = new TreeMap<>(System.getenv());
  private Process process;

  private ControlPlaneProcess(Path home, Path log, List<String> options) {
    this.home = home;
    this.log = log;
    this.options = options;
    environment.put("BLOOMERY_HOME", home.toString());
  }

  /** Starts one on a home and waits until it answers. */
  static ControlPlaneProcess start(Path home) throws Exception {
    return start(new ControlPlaneProcess(home, home.resolveSibling("serve.log"), List.of()));
  }

  /**
   * Starts one of several on a home, as if each had a machine of its own: with its own directory
   * for sockets.
   *
   * @param options of its JVM
   */
  static ControlPlaneProcess start(Path home, String name, List<String> options) throws Exception {
    ControlPlaneProcess server =
        new ControlPlaneProcess(home, home.resolveSibling(name + ".log"), options);
    Path runtime = Files.createDirectories(home.resolveSibling(name));
    server.environment.put("XDG_RUNTIME_DIR", runtime.toString());
    return start(server);
  }

  private static ControlPlaneProcess start(ControlPlaneProcess server) throws Exception {
    server.launch();
    boolean answers = false;
    try {
      server.awaitAnswer();
      answers = true;
      return server;
    } finally {
      if (!answers) {
        server.kill();
      }
    }
  }

  /** Starts it again without waiting. */
  void launch() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("org.bloomery.cli.Main", "serve"));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    process = builder.start();
  }

  void awaitAnswer() throws Exception {
    long end = System.nanoTime() + START_MAX.toNanos();
    while (true) {
      try {
        api().server();
        return;
      } catch (ApiException | IllegalStateException e) {
        if (System.nanoTime() > end || !process.isAlive()) {
          throw new IllegalStateException("no answer; it wrote:\n" + Files.readString(log), e);
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
  }

  /** What people ask, over its socket. */
  ControlPlaneApi api() {
    try {
      return new ControlPlaneClient(
          SocketDirectory.of(
                  Home.idOf(home).orElseThrow(() -> new IllegalStateException("no home yet")),
                  environment)
              .socket());
    } catch (HomeException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether it says of itself that it leads; no, while it does not answer. */
  boolean leads() {
    try {
      return api().server().leads();
    } catch (ApiException | IllegalStateException e) {
      return false;
    }
  }

  /** Sends it a signal, STOP or CONT. */
  void signal(String name) throws Exception {
    Signals.send(process.pid(), name);
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /** SIGKILL: it has no chance to write anything. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** SIGTERM: it ends in its own way; trainings run on. */
  @Override
  public void close() {
    process.destroy();
    try {
      // One that was stopped would not hear it.
      Signals.send(process.pid(), "CONT");
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  static List<String> phasesWithoutJob() {
    return List.of("held", "succeeded", "cancelled");
  }
}
