package org.bloomery.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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

  private final ProcessBuilder command;
  private final Path home;
  private final Path log;
  private Process process;

  private ControlPlaneProcess(Program program, Path log) {
    this.home = program.home();
    this.log = log;
    command = program.command("serve");
    command.redirectErrorStream(true);
    command.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
  }

  /** Starts one on a home and waits until it answers. */
  static ControlPlaneProcess start(Path home) throws Exception {
    return start(Program.on(home));
  }

  /** Starts one in these surroundings and waits until it answers. */
  static ControlPlaneProcess start(Program program) throws Exception {
    return start(new ControlPlaneProcess(program, program.home().resolveSibling("serve.log")));
  }

  /**
   * Starts one of several on a home, as if each had a machine of its own: with its own directory
   * for sockets.
   *
   * @param options of its JVM
   */
  static ControlPlaneProcess start(Path home, String name, List<String> options) throws Exception {
    ControlPlaneProcess server =
        new ControlPlaneProcess(Program.on(home), home.resolveSibling(name + ".log"));
    Path runtime = Files.createDirectories(home.resolveSibling(name));
    Map<String, String> environment = server.command.environment();
    environment.put("XDG_RUNTIME_DIR", runtime.toString());
    environment.put("JDK_JAVA_OPTIONS", String.join(" ", options));
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
    process = command.start();
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
                  command.environment())
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
