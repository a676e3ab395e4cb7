package org.bloomery.simulation;

import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Decider;

/**
 * The places between the control plane and its world where something can be put in between: by the
 * proof that the simulation catches what is wrong. As it is, nothing stands there.
 */
public interface Seams {
  /** Nothing in between. */
  Seams NONE = new Seams() {};

  /** The store that the loop records in. */
  default RunStore store(RunStore store) {
    return store;
  }

  /** The resource manager that the loop observes and acts on. */
  default ResourceManager resourceManager(ResourceManager resourceManager) {
    return resourceManager;
  }

  /** What runs SLURM's commands. */
  default CommandRunner runner(CommandRunner runner) {
    return runner;
  }

  /** Who decides. */
  default Decider decider(Decider decider) {
    return decider;
  }

  /** Whether a job leaves when another one has claimed its attempt. */
  default boolean honoursClaims() {
    return true;
  }
}
