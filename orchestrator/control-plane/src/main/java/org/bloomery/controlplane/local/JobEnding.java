package org.bloomery.controlplane.local;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.bloomery.core.port.ResourceManager.Acknowledgement;

/**
 * Ends jobs step by step, one step a call, without ever waiting: asks the job script to leave, then
 * what it has left behind, and kills what stays.
 *
 * <p>Where a job stands is kept in memory only; after a restart of the control plane it is asked
 * once more, and the wait begins again.
 */
final class JobEnding {
  private final Duration killWait;
  private final LongSupplier monotonicNanos;
  private final Map<String, Asked> asked = new TreeMap<>();

  private enum Whom {
    LEADER,
    EVERYBODY
  }

  private record Asked(Whom whom, long atNanos) {}

  /**
   * Prepares to end jobs.
   *
   * @param killWait between asking and killing
   */
  JobEnding(Duration killWait, LongSupplier monotonicNanos) {
    this.killWait = killWait;
    this.monotonicNanos = monotonicNanos;
  }

  /** The next step towards the end of a job, as the processes are now. */
  Acknowledgement step(JobIdentity job, Snapshot seen) {
    String jobId = job.jobId();
    if (!job.boot().equals(seen.boot()) || seen.living(job) == 0) {
      asked.remove(jobId);
      return new Acknowledgement.Done();
    }
    if (seen.marked(job).isEmpty()) {
      return new Acknowledgement.NotKnown(
          "job "
              + jobId
              + " lives, but carries no mark of ours, and is not touched: end process "
              + job.pid()
              + " by hand if nobody needs it");
    }
    Optional<Snapshot.Entry> leader = seen.leader(job).filter(entry -> entry.marked(jobId));
    Asked before = asked.get(jobId);
    if (before == null && leader.isPresent()) {
      // Only the script: it ends its training in order, and writes down how that went.
      leader.get().handle().destroy();
      asked.put(jobId, new Asked(Whom.LEADER, monotonicNanos.getAsLong()));
    } else if (leader.isEmpty() && (before == null || before.whom() == Whom.LEADER)) {
      seen.marked(job).forEach(entry -> entry.handle().destroy());
      asked.put(jobId, new Asked(Whom.EVERYBODY, monotonicNanos.getAsLong()));
    } else if (before != null && waitedEnough(before)) {
      // Said again at each further call: between look and signal new processes may have come.
      seen.marked(job).forEach(entry -> entry.handle().destroyForcibly());
    }
    return new Acknowledgement.Done();
  }

  private boolean waitedEnough(Asked before) {
    return monotonicNanos.getAsLong() - before.atNanos() >= killWait.toNanos();
  }
}
