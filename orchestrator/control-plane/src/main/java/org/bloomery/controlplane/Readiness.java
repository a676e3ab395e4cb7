package org.bloomery.controlplane;

import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import org.bloomery.controlplane.loop.RunContexts;
import org.bloomery.core.port.RunStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes ready to lead, and keeps one that stands by so: it knows the specs of all live runs. */
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

  /** Reads what a leader needs, unless one here has it already. */
  void prepare() {
    if (leads) {
      return;
    }
    try {
      int runs = contexts.prepare();
      if (runs > 0) {
        LOG.info("ready to look after {} live runs", runs);
      }
    } catch (RunStore.StoreException e) {
      LOG.warn("cannot read all runs before it leads: {}", e.getMessage());
    } catch (RuntimeException e) {
      // Nothing depends on it but the time that a takeover takes.
      LOG.error("cannot prepare to lead", e);
    }
  }

  @Override
  public void close() {
    timer.cancel();
  }
}
