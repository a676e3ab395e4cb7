package org.bloomery.controlplane.loop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.bloomery.controlplane.files.CheckpointObserver;
import org.bloomery.controlplane.files.CheckpointScanner;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.checkpoint.Sighting;
import org.bloomery.core.checkpoint.Verdict;
import org.bloomery.core.id.RunId;
import org.bloomery.core.nodes.SiteNodes;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.run.Attempt;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.Seen;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.core.training.Progress;

/**
 * Looks at one run's files and at its part of the resource manager's answer. What it remembers can
 * be found again: a new leader starts with nothing.
 */
public final class RunObserver {
  private final LongSupplier monotonicNanos;
  private final RunEffects effects;
  private final CheckpointScanner scanner = new CheckpointScanner();
  private final CheckpointObserver checkpoints = new CheckpointObserver(scanner);
  private final Map<RunId, Watch> watches = new ConcurrentHashMap<>();
  private final Map<RunId, Absences> absences = new ConcurrentHashMap<>();

  public RunObserver(LongSupplier monotonicNanos, RunEffects effects) {
    this.monotonicNanos = monotonicNanos;
    this.effects = effects;
  }

  /** What this leader remembers of the current attempt. */
  private static final class Watch {
    private final int attempt;
    private final AttemptReader reader;

    Watch(int attempt, AttemptReader reader) {
      this.attempt = attempt;
      this.reader = reader;
    }
  }

  /** What the log of the current attempt says, as of the last look. */
  Optional<Progress> progress(RunId run, int attempt) {
    return Optional.ofNullable(watches.get(run))
        .filter(watch -> watch.attempt == attempt)
        .map(watch -> watch.reader.progress());
  }

  /** What a round has seen that is the same for all of its runs. */
  record Look(Observation jobs, SiteNodes nodes) {}

  /** One look at everything that a decision about this run may rest on. */
  Seen see(Run run, RunContext context, Look look) {
    Observation jobs = look.jobs().of(context.home().jobName(run.id()));
    boolean ready = run.phase() instanceof Phase.Ready && run.attempt().isPresent();
    boolean ending = run.phase() instanceof Phase.Ending;
    boolean running = run.phase() instanceof Phase.Running;
    boolean queued = run.phase() instanceof Phase.Pending;
    Optional<Attempt> attempt = run.attempt().filter(a -> ending || running);
    return new Seen(
        jobs,
        absences
            .computeIfAbsent(run.id(), id -> new Absences())
            .after(run, jobs, monotonicNanos.getAsLong()),
        effects.refusals(run.id()),
        attempt.map(a -> watch(run.id(), a.number(), context).reader.read(view(jobs, a), ending)),
        attempt.map(a -> look(context, a)).orElse(List.of()),
        ready ? verify(run, context) : Map.of(),
        ready ? latestOddity(run, context) : "",
        (queued || running) && isGoMissing(run, context),
        look.nodes());
  }

  private static boolean isGoMissing(Run run, RunContext context) {
    Path directory = context.attemptDirectory(run.attempt().orElseThrow().number());
    // Not being able to look is no proof that it is not there.
    return Files.notExists(directory.resolve(AttemptFiles.GO));
  }

  /** The root was made before the job: where it is missing now, nothing is known. */
  private List<Sighting> look(RunContext context, Attempt current) {
    int attempt = current.number();
    Path root = context.checkpointRoot(attempt);
    Optional<String> trouble =
        scanner.tags(root) instanceof CheckpointScanner.Root.Unreadable unreadable
            ? Optional.of(unreadable.why())
            : Optional.of(root + " is missing").filter(words -> !Files.isDirectory(root));
    return trouble
        .map(
            why ->
                List.of(
                    new Sighting(
                        new CheckpointRef(attempt, 0), new Verdict.Unreadable(why), Duration.ZERO)))
        .orElseGet(
            () ->
                checkpoints.observe(
                    root, attempt, context.layout(current), monotonicNanos.getAsLong()));
  }

  /** Looks at the sealed checkpoints from the newest on, as far as one is needed. */
  private Map<CheckpointRef, Verdict> verify(Run run, RunContext context) {
    Map<CheckpointRef, Verdict> verified = new TreeMap<>();
    List<SealedCheckpoint> sealed = run.lineage().sealed();
    for (int i = sealed.size() - 1; i >= 0; i--) {
      SealedCheckpoint candidate = sealed.get(i);
      Verdict verdict = verdict(candidate.ref(), context);
      verified.put(candidate.ref(), verdict);
      boolean intact = candidate.problem(verdict).isEmpty();
      if (intact || verdict instanceof Verdict.Unreadable) {
        break;
      }
    }
    return verified;
  }

  /**
   * A fresh look at one checkpoint. One that is gone from a root that can be listed is damaged;
   * with its root away, too, a file system may be missing, and nothing is known.
   */
  Verdict verdict(CheckpointRef ref, RunContext context) {
    Path root = context.checkpointRoot(ref.attempt());
    boolean gone =
        Files.isDirectory(root)
            && scanner.tags(root) instanceof CheckpointScanner.Root.Listed listed
            && !listed.iterations().contains(ref.iteration());
    return gone
        ? new Verdict.Incomplete(List.of("its directory " + ref.tag() + " is gone"))
        : checkpoints.verify(root, ref, context.layout(ref.attempt()));
  }

  /** What is odd about the last attempt's own {@code latest}; told, but not followed. */
  private String latestOddity(Run run, RunContext context) {
    int attempt = run.attempt().orElseThrow().number();
    Path root = context.checkpointRoot(attempt);
    if (!(scanner.tags(root) instanceof CheckpointScanner.Root.Listed listed)) {
      return "";
    }
    Optional<Long> newest =
        run.lineage()
            .head()
            .map(SealedCheckpoint::ref)
            .filter(ref -> ref.attempt() == attempt)
            .map(CheckpointRef::iteration);
    List<String> tags =
        listed.iterations().stream().map(n -> new CheckpointRef(attempt, n).tag()).toList();
    return scanner
        .latest(root)
        .oddity(tags, newest)
        .map(words -> "of attempt " + attempt + ", " + words)
        .orElse("");
  }

  private Watch watch(RunId run, int attempt, RunContext context) {
    Watch watch = watches.get(run);
    if (watch == null || watch.attempt != attempt) {
      if (watch != null) {
        checkpoints.forget(context.checkpointRoot(watch.attempt));
      }
      watch = new Watch(attempt, new AttemptReader(context.attemptDirectory(attempt)));
      watches.put(run, watch);
    }
    return watch;
  }

  private static Optional<JobView> view(Observation jobs, Attempt attempt) {
    return jobs instanceof Observation.Known known
        ? known.jobs().stream()
            .filter(job -> attempt.job().equals(Optional.of(job.key())))
            .findFirst()
        : Optional.empty();
  }
}
