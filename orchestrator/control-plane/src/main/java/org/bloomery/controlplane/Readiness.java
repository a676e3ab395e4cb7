package org.bloomery.controlplane;

import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import org.bloomery.controlplane.loop.RunContexts;
import org.bloomery.core.port.RunStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps one that stands by ready to take over: it knows the specs of all live runs already. */
final class Readiness implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);
  private static final Duration INTERVAL = Duration.ofSeconds(30);

  private final RunContexts contexts;
  private final Timer timer = new Timer("readiness", true);
  private volatile boolean leads;

  Readiness(RunContexts contexts) {
    this.contexts = contexts;
  }

  void start() {
    TimerTask prepare =
        new TimerTask() {
          @Override
          public void run() {
            prepare();
          }
        };
    timer.schedule(prepare, 0, INTERVAL.toMillis());
  }

  /** A leader's loop reads them itself. */
  void leads(boolean now) {
    leads = now;
  }

  private void prepare() {
    if (leads) {
      return;
    }
    try {
      LOG.info("stands by, ready to take over {} live runs", contexts.prepare());
    } catch (RunStore.StoreException e) {
      LOG.warn("stands by, and cannot read the runs: {}", e.getMessage());
    } catch (RuntimeException e) {
      // Nothing depends on it but the time that a takeover takes.
      LOG.error("stands by, and cannot prepare to take over", e);
    }
  }

  @Override
  public void close() {
    timer.cancel();
  }
}
