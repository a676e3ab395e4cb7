package org.bloomery.controlplane.zookeeper;

import java.util.concurrent.CompletableFuture;
import org.bloomery.core.port.RunStore;

/** Decides which of the control planes on one state leads. */
@FunctionalInterface
public interface Election {
  /**
   * Waits until this process leads.
   *
   * @throws RunStore.UnavailableException if ZooKeeper does not answer: try again
   */
  Office take() throws InterruptedException;

  /** The leadership, until it is given back or lost. */
  interface Office extends AutoCloseable {
    /** Under which everything is recorded. */
    RunStore.Epoch epoch();

    /** Completed when another may lead. That it is not completed yet proves nothing. */
    CompletableFuture<Void> lost();

    /** Gives it back. */
    @Override
    void close();
  }
}
