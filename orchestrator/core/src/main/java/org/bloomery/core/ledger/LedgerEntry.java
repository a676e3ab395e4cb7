package org.bloomery.core.ledger;

import java.util.Comparator;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;

/**
 * One line of the ledger: what one incarnation of one job used, whether or not a run of ours.
 *
 * <p>Several sources can tell of the same job. What they say is joined by {@link #with}, which does
 * not depend on their order and changes nothing when repeated.
 *
 * @param job where a source lacks the submit time, {@code submitEpoch} is minus the start
 * @param account as in {@code metadata.account} of runs: without a site's suffix for a device type
 * @param team the run's label {@code team}; empty where there is none
 * @param run empty for jobs of others
 * @param attempt 0 for a job that is no attempt's
 * @param jobName as the resource manager has it
 * @param partition empty where the resource manager has no such thing
 * @param nodes SLURM's short list, such as {@code node[01-48]}
 * @param start in seconds since 1970 UTC
 * @param end likewise; the entry belongs to the day on which its job ended
 * @param allocatedGpuSeconds devices x elapsed time, without the time that it was suspended
 * @param chargedGpuSeconds what the site's billing rule makes of it
 * @param state the resource manager's last word for the job, such as {@code COMPLETED}
 */
public record LedgerEntry(
    JobKey job,
    String account,
    String user,
    String team,
    Optional<RunId> run,
    int attempt,
    String jobName,
    String partition,
    String nodes,
    long start,
    long end,
    long allocatedGpuSeconds,
    long chargedGpuSeconds,
    String state,
    Posting.Source source,
    boolean audited) {

  /** Which of two sources is believed in what a job used: a total order of all figures. */
  private static final Comparator<LedgerEntry> CREDIBILITY =
      Comparator.comparing(LedgerEntry::source)
          .reversed()
          .thenComparing(LedgerEntry::audited)
          .thenComparingLong(LedgerEntry::end)
          .thenComparingLong(LedgerEntry::allocatedGpuSeconds)
          .thenComparingLong(LedgerEntry::chargedGpuSeconds)
          .thenComparingLong(LedgerEntry::start);

  public LedgerEntry {
    if (end < start || allocatedGpuSeconds < 0 || chargedGpuSeconds < 0) {
      throw new IllegalArgumentException("a job cannot use less than nothing: " + job);
    }
  }

  /** The line for a run's posting. */
  public static LedgerEntry of(Posting posting, String team, String partition) {
    return new LedgerEntry(
        posting.job(),
        posting.account(),
        posting.user(),
        team,
        Optional.of(posting.run()),
        posting.attempt().orElse(0),
        "",
        partition,
        String.join(",", posting.nodes()),
        posting.start().getEpochSecond(),
        posting.end().getEpochSecond(),
        posting.allocated().value(),
        posting.charged().value(),
        "",
        posting.source(),
        posting.audited());
  }

  /** Whether the source told when the job was submitted. */
  public boolean knowsSubmit() {
    return job.submitEpoch() >= 0;
  }

  /**
   * What both sources say of the same job: the figures of the more credible one together, and of
   * each text the one that is not empty. Where two texts differ, it is always the same one.
   */
  public LedgerEntry with(LedgerEntry other) {
    LedgerEntry figures = CREDIBILITY.compare(this, other) >= 0 ? this : other;
    return new LedgerEntry(
        knowsSubmit() ? job : other.job,
        later(account, other.account),
        later(user, other.user),
        later(team, other.team),
        run.isEmpty() ? other.run : run.filter(mine -> isLater(mine, other.run)).or(other::run),
        Math.max(attempt, other.attempt),
        later(jobName, other.jobName),
        later(partition, other.partition),
        later(nodes, other.nodes),
        figures.start,
        figures.end,
        figures.allocatedGpuSeconds,
        figures.chargedGpuSeconds,
        later(state, other.state),
        figures.source,
        figures.audited);
  }

  private static boolean isLater(RunId mine, Optional<RunId> theirs) {
    return theirs.map(run -> run.compareTo(mine) <= 0).orElse(true);
  }

  private static String later(String one, String other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
