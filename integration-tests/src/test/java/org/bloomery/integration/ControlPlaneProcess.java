package org.bloomery.integration;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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

  private final Program program;
  private final Path home;
  private final Path log;
  private Process process;

  private ControlPlaneProcess(Program program) {
    this.program = program;
    this.home = program.home();
    this.log = home.resolveSibling("serve.log");
  }

  /** Starts one on a home and waits until it answers. */
  static ControlPlaneProcess start(Path home) throws Exception {
    return start(Program.on(home));
  }

  /** Starts one in these surroundings and waits until it answers. */
  static ControlPlaneProcess start(Program program) throws Exception {
    ControlPlaneProcess server = new ControlPlaneProcess(program);
    server.launch();
    server.awaitAnswer();
    return server;
  }

  /** Starts it again without waiting. */
  void launch() throws IOException {
    ProcessBuilder builder = program.command("serve");
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
          throw new IllegalStateException(
              "no answer; it wrote:\n" + java.nio.file.Files.readString(log), e);
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
  }

  /** What people ask, over its socket. */
  ControlPlaneApi api() {
    try {
      Map<String, String> environment = new TreeMap<>(System.getenv());
      return new ControlPlaneClient(
          SocketDirectory.of(
                  Home.idOf(home).orElseThrow(() -> new IllegalStateException("no home yet")),
                  environment)
              .socket());
    } catch (HomeException e) {
      throw new IllegalStateException(e);
    }
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
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  static List<String> phasesWithoutJob() {
    return List.of("held", "succeeded", "cancelled");
  }
}
