package org.bloomery.integration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bloomery.controlplane.api.ServerView;

/** Two control planes on one home and one ensemble, as if each had a machine of its own. */
final class ControlPlanes implements AutoCloseable {
  /** How long a session lives without a sign of life; a production's is longer. */
  static final int SESSION_SECONDS = 6;

  private final Path home;
  private final ZooKeeperServers zooKeeper;
  private final List<Cable> cables = new ArrayList<>();
  private final List<ControlPlaneProcess> processes = new ArrayList<>();

  private ControlPlanes(Path directory) throws Exception {
    home = Files.createDirectories(directory.resolve("home"));
    zooKeeper = ZooKeeperServers.start(directory);
    Files.writeString(
        home.resolve("zookeeper.properties"),
        "connect="
            + zooKeeper.connectString()
            + "/bloomery\nsessionTimeoutSeconds="
            + SESSION_SECONDS
            + "\n",
        StandardCharsets.UTF_8);
  }

  /** Starts the ensemble and both control planes. */
  static ControlPlanes start(Path directory) throws Exception {
    ControlPlanes planes = new ControlPlanes(directory);
    boolean started = false;
    try {
      for (int i = 0; i < 2; i++) {
        Cable cable = new Cable(i + 1, planes.zooKeeper.clientPorts());
        planes.cables.add(cable);
        List<String> options = new ArrayList<>(cable.options(directory));
        // What it tells in production, and not only what is wrong.
        options.add("-Dlogback.configurationFile=logback.xml");
        planes.processes.add(ControlPlaneProcess.start(planes.home, "serve-" + i, options));
      }
      planes.leader();
      started = true;
      return planes;
    } finally {
      if (!started) {
        planes.close();
      }
    }
  }

  Path home() {
    return home;
  }

  ZooKeeperServers zooKeeper() {
    return zooKeeper;
  }

  /** The number of the control plane that leads; waits until one does. */
  int leader() throws Exception {
    Waiting.until(
        "a control plane leads", () -> processes.stream().anyMatch(ControlPlaneProcess::leads));
    return processes.get(0).leads() ? 0 : 1;
  }

  static int other(int number) {
    return 1 - number;
  }

  ControlPlaneProcess process(int number) {
    return processes.get(number);
  }

  Cable cable(int number) {
    return cables.get(number);
  }

  ServerView view(int number) {
    return processes.get(number).api().server();
  }

  @Override
  public void close() throws IOException {
    for (ControlPlaneProcess process : processes) {
      process.close();
    }
    for (Cable cable : cables) {
      cable.close();
    }
    zooKeeper.close();
  }
}
