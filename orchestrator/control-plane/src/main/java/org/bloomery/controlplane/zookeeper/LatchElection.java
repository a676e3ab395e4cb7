package org.bloomery.controlplane.zookeeper;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.bloomery.core.port.RunStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Elects by Curator's latch: whose node is the oldest leads, and a node goes with its session. The
 * latch only says who may try: the epoch is taken in one transaction with a check that the node is
 * still there, so that one who slept since cannot depose whoever leads now.
 */
final class LatchElection implements Election {
  private static final Logger LOG = LoggerFactory.getLogger(LatchElection.class);

  /** How long one wait lasts; the next one begins at once. */
  private static final long WAIT_SECONDS = 60;

  private final CuratorFramework client;
  private final ZooKeeperRunStore store;
  private final String name;

  LatchElection(CuratorFramework client, ZooKeeperRunStore store, String name) {
    this.client = client;
    this.store = store;
    this.name = name;
  }

  /** The latch that was gained, and the epoch that came with it. */
  private record Held(LeaderLatch latch, RunStore.Epoch epoch, CompletableFuture<Void> lost)
      implements Office {
    @Override
    public void close() {
      release(latch);
    }
  }

  @Override
  public Office take() throws InterruptedException {
    LeaderLatch latch = new LeaderLatch(client, Layout.CANDIDATES, name);
    CompletableFuture<Void> lost = new CompletableFuture<>();
    Optional<RunStore.Epoch> epoch = Optional.empty();
    try {
      latch.addListener(new Watch(lost));
      start(latch);
      while (epoch.isEmpty()) {
        if (latch.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
          epoch = store.leadWhile(latch.getOurPath());
        }
      }
      return new Held(latch, epoch.get(), lost);
    } finally {
      if (epoch.isEmpty()) {
        release(latch);
      }
    }
  }

  private static void start(LeaderLatch latch) {
    try {
      latch.start();
    } catch (Exception e) {
      throw new RunStore.UnavailableException("the latch cannot be started: " + e.getMessage(), e);
    }
  }

  private static void release(LeaderLatch latch) {
    try {
      latch.close();
    } catch (IOException | IllegalStateException e) {
      // Its node goes with the session.
      LOG.debug("the latch did not close", e);
    }
  }

  /** Notices that a latch is lost. */
  private record Watch(CompletableFuture<Void> lost) implements LeaderLatchListener {
    @Override
    public void isLeader() {
      LOG.debug("the latch is ours");
    }

    @Override
    public void notLeader() {
      lost.complete(null);
    }
  }
}
