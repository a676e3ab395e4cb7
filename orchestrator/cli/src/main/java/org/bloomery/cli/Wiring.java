package org.bloomery.cli;

import java.nio.file.Path;
import java.util.Map;

/** Puts the real world behind the commands. */
final class Wiring {
  private Wiring() {}

  static Surroundings real(Surroundings.Server server, Surroundings.Quickstart quickstart) {
    Map<String, String> environment = System.getenv();
    Surroundings.Connector connector = new SocketConnector();
    return new Surroundings(
        environment,
        Path.of("").toAbsolutePath(),
        connector,
        new LocalSite(environment),
        server,
        quickstart,
        new LocalMachine(connector),
        time -> Thread.sleep(time.toMillis()));
  }
}
