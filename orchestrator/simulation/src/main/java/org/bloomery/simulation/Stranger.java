package org.bloomery.simulation;

import java.time.Duration;

/** A job of the same user that has nothing to do with Bloomery: nobody may touch it. */
final class Stranger implements SlurmJob.Script {
  private final SlurmJob job;
  private final SlurmController controller;
  private final JobWorld world;
  private boolean lives = true;

  Stranger(SlurmJob job, SlurmController controller, JobWorld world) {
    this.job = job;
    this.controller = controller;
    this.world = world;
  }

  @Override
  public void begin() {
    world.after(
        world.drawn(Duration.ofHours(3)),
        "end of a stranger",
        () -> {
          if (lives) {
            lives = false;
            controller.exited(job, 0);
          }
        });
  }

  @Override
  public void warn() {}

  @Override
  public void terminate() {
    lives = false;
  }

  @Override
  public void kill() {
    lives = false;
  }

  @Override
  public boolean lives() {
    return lives;
  }
}
