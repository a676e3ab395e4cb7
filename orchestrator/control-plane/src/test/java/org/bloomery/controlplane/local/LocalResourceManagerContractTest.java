package org.bloomery.controlplane.local;

import java.nio.file.Path;
import java.time.Instant;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.bloomery.core.port.ResourceManagerContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** This machine keeps what every resource manager must. */
class LocalResourceManagerContractTest extends ResourceManagerContract {
  @TempDir private Path root;
  private LocalJobs jobs;

  @BeforeEach
  void open() {
    jobs = new LocalJobs(root);
  }

  @AfterEach
  void leaveNothing() throws InterruptedException {
    jobs.end();
  }

  @Override
  protected ResourceManager manager() {
    return jobs.manager();
  }

  @Override
  protected void restart() {
    jobs.restart();
  }

  @Override
  protected JobRequest prepare(int attempt, Behaviour behaviour) {
    return jobs.prepare(
        attempt,
        switch (behaviour) {
          case ENDS -> LocalJobs.ENDS;
          case LIVES -> LocalJobs.POLITE;
        });
  }

  @Override
  protected Instant now() {
    return Instant.now();
  }

  @Override
  protected void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
