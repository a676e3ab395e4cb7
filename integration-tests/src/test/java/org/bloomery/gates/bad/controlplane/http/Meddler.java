package org.bloomery.gates.bad.controlplane.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bloomery.gates.bad.controlplane.zookeeper.Node;
import org.bloomery.gates.bad.core.port.ResourceManager;
import org.bloomery.gates.bad.core.port.RunStore;
import org.bloomery.gates.bad.simulation.TimeHelper;

/** Does everybody else's work. */
public final class Meddler {
  private final Node node = new Node();

  public Node node() {
    return node;
  }

  public void record(RunStore store) {
    store.record("done, says " + TimeHelper.class);
  }

  public void act(ResourceManager resources) {
    resources.submit("job");
  }

  public Process start() throws IOException {
    return new ProcessBuilder("true").start();
  }

  public void write(Path path) throws IOException {
    Files.writeString(path, "half a file");
  }
}
