package org.bloomery.controlplane.slurm;

import java.nio.file.Path;
import java.time.Instant;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.bloomery.core.port.ResourceManagerContract;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** SLURM keeps what every resource manager must. */
class SlurmResourceManagerContractTest extends ResourceManagerContract {
  @TempDir private Path root;
  private SlurmWorld world;

  @BeforeEach
  void open() {
    world = new SlurmWorld(root);
  }

  @Override
  protected ResourceManager manager() {
    return world.manager();
  }

  @Override
  protected void restart() {
    world.restart();
  }

  @Override
  protected JobRequest prepare(int attempt, Behaviour behaviour) {
    return world.prepare(
        attempt,
        switch (behaviour) {
          case ENDS -> "ends";
          case LIVES -> "lives";
        });
  }

  @Override
  protected Instant now() {
    return world.slurm().now();
  }

  @Override
  protected void pause() {
    world.untilNextLook();
  }
}
