package org.bloomery.controlplane.slurm;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.controlplane.files.AttemptTraces;
import org.bloomery.controlplane.files.ClaimFile.Claim;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.observe.ExitRecord;
import org.bloomery.core.observe.JobEnd;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.SchedulerEnd;
import org.bloomery.core.observe.Usage;
import org.bloomery.core.port.ResourceManager.Wanted;
import org.bloomery.core.slurm.SlurmState;

/**
 * What one look says about the jobs of one run. The queue decides on what lives; the accounting on
 * what is over and what it used; the job's own files only where the accounting is silent. What none
 * of them tells is unclear, and is said to be.
 */
final class RunConclusion {
  /** A row of the accounting that is younger than this may be ahead of the queue. */
  private static final Duration FRESH = Duration.ofMinutes(10);

  /** After a day without a row the job's own figures have to do. */
  private static final Duration ACCOUNTING_GAP = Duration.ofHours(24);

  private static final String FORGOTTEN = "gone: missed by all looks since long";

  /** By how much the clocks of a node and of the controller may differ. */
  private static final Duration SKEW = Duration.ofMinutes(2);

  private final SlurmSite site;
  private final Look look;
  private final Memory memory;
  private final long nanos;
  private final List<Wanted> attempts;

  /** What the queue and the accounting have of one incarnation of a job; at least one of them. */
  private record Rows(Optional<QueueRow> queue, Optional<AccountingRow> accounting) {}

  /** Nothing may be said about the run's jobs. */
  private static final class UnclearException extends Exception {
    private static final long serialVersionUID = 1L;

    UnclearException(String why) {
      super(why);
    }
  }

  /**
   * Nothing concluded yet.
   *
   * @param nanos of a clock that nobody sets
   * @param attempts of the run, at least one
   */
  RunConclusion(SlurmSite site, Look look, Memory memory, long nanos, List<Wanted> attempts) {
    this.site = site;
    this.look = look;
    this.memory = memory;
    this.nanos = nanos;
    this.attempts = List.copyOf(attempts);
  }

  /** All that is known of the run's jobs, or why nothing is. */
  Report<List<JobView>> jobs() {
    try {
      Optional<String> unanswered = look.unclear(attempts.get(0).jobName());
      if (unanswered.isPresent()) {
        return new Report.Unclear<>(unanswered.get());
      }
      Map<JobKey, JobView> views = shown();
      for (Wanted attempt : attempts) {
        boolean isShown =
            attempt.key().isPresent()
                ? views.containsKey(attempt.key().get())
                : views.values().stream().anyMatch(job -> isOf(job, attempt));
        if (!isShown) {
          notShown(attempt).ifPresent(view -> views.put(view.key(), view));
        }
        for (JobKey job : attempt.unbilled()) {
          if (!views.containsKey(job)) {
            unbilled(job, attempt).ifPresent(view -> views.put(job, view));
          }
        }
      }
      return new Report.Clear<>(List.copyOf(views.values()));
    } catch (UnclearException e) {
      return new Report.Unclear<>(e.getMessage());
    } catch (IOException e) {
      return new Report.Unclear<>(
          "cannot read the attempt's directory: "
              + e.getClass().getSimpleName()
              + ": "
              + e.getMessage());
    }
  }

  private static boolean isOf(JobView job, Wanted attempt) {
    return job.attempt().equals(Optional.of(attempt.attempt()));
  }

  private Map<JobKey, JobView> shown() throws UnclearException, IOException {
    Map<JobKey, Rows> rows = new LinkedHashMap<>();
    for (Wanted attempt : attempts) {
      for (QueueRow row : look.queueOf(attempt, site.user())) {
        rows.put(key(row), new Rows(Optional.of(row), Optional.empty()));
      }
    }
    for (Wanted attempt : attempts) {
      for (AccountingRow row : look.accountingOf(attempt, site.user())) {
        Rows same = rows.getOrDefault(key(row), new Rows(Optional.empty(), Optional.empty()));
        // Of two rows with one key the final one counts.
        Optional<AccountingRow> last =
            same.accounting().filter(AccountingRow::isFinal).or(() -> Optional.of(row));
        rows.put(key(row), new Rows(same.queue(), last));
      }
    }
    Map<JobKey, JobView> views = new LinkedHashMap<>();
    for (Map.Entry<JobKey, Rows> entry : rows.entrySet()) {
      view(entry.getKey(), entry.getValue()).ifPresent(v -> views.put(entry.getKey(), v));
    }
    return views;
  }

  private JobKey key(JobRow row) throws UnclearException {
    OptionalLong submit = row.submit();
    if (submit.isEmpty()) {
      throw new UnclearException("job " + row.jobId() + " is shown without its submit time");
    }
    return new JobKey(site.cluster(), row.jobId(), submit.getAsLong());
  }

  private Optional<JobView> view(JobKey key, Rows rows) throws IOException {
    rows.queue().ifPresent(row -> memory.loses(key, look.lostNodes(row)));
    rows.accounting().ifPresent(row -> memory.loses(key, look.lostNodes(row)));
    if (rows.queue().isPresent()) {
      QueueRow row = rows.queue().get();
      JobState state = row.known().map(SlurmState::inQueue).orElse(JobState.UNRECOGNISED);
      // A word that nobody knows takes nothing back; a sign of life does.
      boolean settled = state == JobState.UNRECOGNISED && memory.settled(key).isPresent();
      if (state != JobState.ENDED && !settled) {
        return Optional.of(view(key, row, state, words(row), Optional.empty()));
      }
    }
    Optional<JobView> settled =
        rows.accounting()
            .filter(AccountingRow::isFinal)
            .map(row -> settled(key, row))
            .or(() -> memory.settled(key));
    if (settled.isPresent()) {
      return settled;
    }
    return rows.queue().isPresent()
        ? Optional.of(over(key, rows.queue().get()))
        : young(key, rows.accounting().orElseThrow());
  }

  private static String words(QueueRow row) {
    boolean silent = row.reason().isEmpty() || row.reason().equals("None");
    return row.state() + (silent ? "" : ": " + row.reason());
  }

  /** A job that the queue does not show lives only if it was submitted after the queue was read. */
  private Optional<JobView> young(JobKey key, AccountingRow row) {
    boolean unknown =
        attempts.stream()
            .anyMatch(w -> w.key().isEmpty() && w.directory().equals(row.workDirectory()));
    boolean fresh = key.submitEpoch() >= look.asOf().minus(FRESH).getEpochSecond();
    if (!unknown && !fresh) {
      return Optional.empty();
    }
    JobState state =
        row.known()
            .map(SlurmState::inQueue)
            .filter(meaning -> meaning != JobState.ENDED)
            .orElse(JobState.UNRECOGNISED);
    return Optional.of(view(key, row, state, row.words(), Optional.empty()));
  }

  /** Over, by its final row. */
  private JobView settled(JobKey key, AccountingRow row) {
    if (mayLiveOnLostNode(row, row.end())) {
      return zombie(key, row, row.end().orElseThrow());
    }
    Usage usage = Bill.of(row, wanted(row).devices(), site);
    JobView view = view(key, row, JobState.ENDED, row.words(), Optional.of(usage));
    if (row.known().filter(state -> state.inQueue() == JobState.ENDED).isPresent()) {
      memory.settle(view);
    }
    return view;
  }

  /** Over by the queue, which forgets it soon; its final row has not come. */
  private JobView over(JobKey key, QueueRow row) throws IOException {
    if (mayLiveOnLostNode(row, row.end())) {
      return zombie(key, row, row.end().orElseThrow());
    }
    Optional<Usage> usage =
        look.accounting() instanceof Accounting.Off
            ? Optional.of(ownFigures(key, wanted(row), traces(row.workDirectory())))
            : Optional.empty();
    return view(key, row, JobState.ENDED, words(row), usage);
  }

  private AttemptTraces traces(String directory) throws IOException {
    return AttemptTraces.read(site.files().getPath(directory));
  }

  private boolean mayLiveOnLostNode(JobRow row, OptionalLong end) {
    return row.known().filter(state -> state == SlurmState.NODE_FAIL).isPresent()
        && end.isPresent()
        && look.asOf().isBefore(Instant.ofEpochSecond(end.getAsLong()).plus(site.nodeFailGrace()));
  }

  private JobView zombie(JobKey key, JobRow row, long end) {
    Instant until = Instant.ofEpochSecond(end).plus(site.nodeFailGrace());
    String words =
        row.state() + ": until " + until + " processes may live on the node that was lost";
    return view(key, row, JobState.COMPLETING, words, Optional.empty());
  }

  private JobView view(
      JobKey key, JobRow row, JobState state, String detail, Optional<Usage> usage) {
    boolean expected = state == JobState.PENDING || state == JobState.UNRECOGNISED;
    OptionalLong start = expected ? OptionalLong.empty() : row.start();
    return new JobView(
        key,
        attempts.get(0).jobName(),
        AttemptDirectory.attemptOf(row.workDirectory()),
        state,
        detail,
        state == JobState.ENDED ? Optional.of(end(key, row)) : Optional.empty(),
        row.isHeldByUser(),
        start.isPresent()
            ? Optional.of(Instant.ofEpochSecond(start.getAsLong()))
            : Optional.empty(),
        row.nodes(),
        usage);
  }

  private JobEnd end(JobKey key, JobRow row) {
    return new JobEnd(
        row.known().map(SlurmState::end).orElse(SchedulerEnd.UNKNOWN), memory.lostNodes(key));
  }

  /** The attempt that a row belongs to; for one that nobody asked about, its run's first. */
  private Wanted wanted(JobRow row) {
    return attempts.stream()
        .filter(attempt -> attempt.directory().equals(row.workDirectory()))
        .findFirst()
        .orElse(attempts.get(0));
  }

  /**
   * What may be said of an attempt of which neither the queue nor the accounting shows the job:
   * nothing, that its files prove that it is over, or that this cannot be told.
   */
  private Optional<JobView> notShown(Wanted attempt) throws UnclearException, IOException {
    Optional<JobView> settled = attempt.key().flatMap(memory::settled);
    if (settled.isPresent()) {
      return settled;
    }
    AttemptTraces traces = traces(attempt.directory());
    if (look.accounting() instanceof Accounting.Off) {
      Optional<JobKey> key = attempt.key().or(() -> claimant(traces));
      return key.isPresent() ? withoutAccounting(key.get(), attempt, traces) : Optional.empty();
    }
    Optional<JobView> left = attempt.key().flatMap(key -> left(key, attempt, traces));
    if (left.isEmpty() && look.accounting() instanceof Accounting.Silent silent) {
      throw new UnclearException(
          "the queue does not show its job, and accounting does not answer: " + silent.why());
    }
    // Both have answered: whoever counts such answers may believe it in the end.
    return attempt.key().isPresent() && isForgotten(attempt.key().get(), traces)
        ? Optional.of(forgotten(attempt.key().get(), attempt, traces, left))
        : left;
  }

  /**
   * Whether no row can be expected any more: queue and accounting have both answered without it for
   * long, and for a whole day if the job has run.
   */
  private boolean isForgotten(JobKey key, AttemptTraces traces) {
    boolean ran = traces.claimOf(key.jobId()).isPresent() || traces.exitOf(key.jobId()).isPresent();
    return memory.isLost(key, nanos, site, ran ? ACCOUNTING_GAP : site.lostAfter());
  }

  private JobView forgotten(
      JobKey key, Wanted attempt, AttemptTraces traces, Optional<JobView> left) throws IOException {
    JobView job = left.orElseGet(() -> gone(key, attempt, FORGOTTEN));
    return withFigures(job, traces, ownFigures(key, attempt, traces));
  }

  /**
   * A job that is no attempt's and is not shown any more. What neither the queue nor the accounting
   * has had for a whole day costs nothing that anybody can tell; its bill must end some day.
   */
  private Optional<JobView> unbilled(JobKey key, Wanted attempt) {
    Optional<JobView> settled = memory.settled(key);
    if (settled.isPresent()
        || look.accounting() instanceof Accounting.Silent
        || !memory.isLost(key, nanos, site, ACCOUNTING_GAP)) {
      return settled;
    }
    Instant submitted = Instant.ofEpochSecond(key.submitEpoch());
    Usage none =
        new Usage(
            submitted,
            submitted,
            GpuSeconds.ZERO,
            GpuSeconds.ZERO,
            Posting.Source.LAST_SIGN_OF_LIFE,
            false);
    return Optional.of(
        new JobView(
            key,
            attempt.jobName(),
            Optional.empty(),
            JobState.ENDED,
            FORGOTTEN,
            Optional.of(JobEnd.of(SchedulerEnd.UNKNOWN)),
            false,
            Optional.empty(),
            List.of(),
            Optional.of(none)));
  }

  /** Who has claimed; its submit time is not known, and its start stands for it. */
  private Optional<JobKey> claimant(AttemptTraces traces) {
    return traces
        .claim()
        .value()
        .map((Claim claim) -> new JobKey(site.cluster(), claim.jobId(), claim.startEpoch()));
  }

  /**
   * A job that has left the queue and has said how it ended; its bill comes with the accounting.
   */
  private Optional<JobView> left(JobKey key, Wanted attempt, AttemptTraces traces) {
    return traces
        .exitOf(key.jobId())
        // The record of an earlier incarnation says nothing about this one.
        .filter(exit -> exit.endEpoch() >= key.submitEpoch() - SKEW.toSeconds())
        .map(exit -> gone(key, attempt, "gone, after its exit record: " + words(exit)));
  }

  private static String words(ExitRecord exit) {
    return exit.reason().text() + ", exit code " + exit.exitCode();
  }

  private static JobView gone(JobKey key, Wanted attempt, String words) {
    return new JobView(
        key,
        attempt.jobName(),
        Optional.of(attempt.attempt()),
        JobState.ENDED,
        words,
        Optional.of(JobEnd.of(SchedulerEnd.UNKNOWN)),
        false,
        Optional.empty(),
        List.of(),
        Optional.empty());
  }

  /** Without accounting a job is over when it says so, or when it has been missed for long. */
  private Optional<JobView> withoutAccounting(JobKey key, Wanted attempt, AttemptTraces traces)
      throws UnclearException, IOException {
    Optional<JobView> over = left(key, attempt, traces);
    if (over.isEmpty() && memory.isLost(key, nanos, site, site.lostAfter())) {
      over = Optional.of(gone(key, attempt, FORGOTTEN));
    }
    if (over.isEmpty()) {
      if (attempt.key().isEmpty()) {
        throw new UnclearException(
            "job " + key.jobId() + " has claimed the attempt, but the queue does not show it");
      }
      return Optional.empty();
    }
    return Optional.of(withFigures(over.get(), traces, ownFigures(key, attempt, traces)));
  }

  /** A job that is over, with what it used by its own files and where that was. */
  private static JobView withFigures(JobView job, AttemptTraces traces, Usage usage) {
    return new JobView(
        job.key(),
        job.jobName(),
        job.attempt(),
        job.state(),
        job.detail(),
        job.end(),
        job.held(),
        Optional.of(usage.start()),
        traces.claimOf(job.key().jobId()).map(Claim::host).map(List::of).orElse(List.of()),
        Optional.of(usage));
  }

  /** What the job's own files say that it used, until accounting confirms it. */
  private static Usage ownFigures(JobKey key, Wanted attempt, AttemptTraces traces)
      throws IOException {
    return traces.usage(key.jobId(), attempt.devices(), Instant.ofEpochSecond(key.submitEpoch()));
  }
}
