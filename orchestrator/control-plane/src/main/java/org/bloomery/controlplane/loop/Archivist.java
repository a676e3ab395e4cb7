package org.bloomery.controlplane.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Run;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets the store archive what is long past, so that it holds little more than what lives. */
public final class Archivist {
  private static final Logger LOG = LoggerFactory.getLogger(Archivist.class);

  /** Until then a job that surfaces late may have to be billed. */
  private static final Duration OVER = Duration.ofDays(7);

  private static final int AT_ONCE = 256;

  private final RunStore store;
  private final InstantSource time;
  private final RunStore.Epoch epoch;

  public Archivist(RunStore store, InstantSource time, RunStore.Epoch epoch) {
    this.store = store;
    this.time = time;
    this.epoch = epoch;
  }

  /**
   * Archives what is old of long histories, and all runs that are over for a week; what fails is
   * tried again the next time.
   */
  public void archive() {
    try {
      Instant before = time.instant().minus(OVER);
      List<RunId> ids = store.present();
      int archived = 0;
      for (int from = 0; from < ids.size(); from += AT_ONCE) {
        archived += archive(ids.subList(from, Math.min(ids.size(), from + AT_ONCE)), before);
      }
      LOG.info("{} runs are archived", archived);
    } catch (RunStore.StoreException e) {
      LOG.warn("runs are not archived: {}", e.getMessage());
    }
  }

  /** Gives how many went; one that is damaged, or was just changed, holds up no other. */
  private int archive(List<RunId> runs, Instant before) {
    try {
      store.archiveRecords(runs, epoch);
      List<RunId> over =
          store.load(runs).stream().filter(run -> isPast(run, before)).map(Run::id).toList();
      store.archive(over, epoch);
      return over.size();
    } catch (RunStore.DamagedException | RunStore.ConflictException e) {
      if (runs.size() == 1) {
        LOG.warn("{} is not archived: {}", runs.get(0), e.getMessage());
        return 0;
      }
      return runs.stream().mapToInt(run -> archive(List.of(run), before)).sum();
    }
  }

  private static boolean isPast(Run run, Instant before) {
    return run.isFinished() && !run.hasOpenBills() && run.updatedAt().isBefore(before);
  }
}
