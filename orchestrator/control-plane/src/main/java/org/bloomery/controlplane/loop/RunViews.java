package org.bloomery.controlplane.loop;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.AttemptView;
import org.bloomery.controlplane.api.CheckpointView;
import org.bloomery.controlplane.api.DescriptionView;
import org.bloomery.controlplane.api.ExplanationView;
import org.bloomery.controlplane.api.RunView;
import org.bloomery.controlplane.api.UsageView;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.checkpoint.Verdict;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.report.Projection;
import org.bloomery.core.run.Attempt;
import org.bloomery.core.run.FactWords;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunHistory;
import org.bloomery.core.run.RunRecord;
import org.bloomery.core.training.Progress;

/** Tells people what the store and the last looks say; changes nothing. */
final class RunViews {
  private static final int DECISIONS_MAX = 50;

  private final RunStore store;
  private final RunContexts contexts;
  private final ClusterLoops loops;

  RunViews(RunStore store, RunContexts contexts, ClusterLoops loops) {
    this.store = store;
    this.contexts = contexts;
    this.loops = loops;
  }

  static ApiException noSuchRun(RunId id) {
    return new ApiException(
        ApiException.Kind.NOT_FOUND, "there is no run " + id + "; bloomery list shows all");
  }

  Run load(RunId id) {
    return store.load(id).orElseThrow(() -> noSuchRun(id));
  }

  List<RunView> list() {
    return store.load(store.present()).stream().map(this::view).toList();
  }

  RunView view(Run run) {
    Optional<Progress> live = live(run);
    return new RunView(
        run.id().value(),
        run.account(),
        run.phase().word(),
        thought(run),
        run.attempt().map(Attempt::number).orElse(0),
        run.attempt().flatMap(Attempt::job).map(JobKey::jobId),
        iteration(run, live),
        target(run),
        live.map(Progress::lastLoss).orElse(OptionalDouble.empty()),
        run.posted().value(),
        run.updatedAt());
  }

  DescriptionView describe(RunId id) {
    Run run = load(id);
    RunHistory history = RunHistory.of(store.history(id));
    List<AttemptView> attempts = new ArrayList<>();
    for (RunHistory.AttemptSummary attempt : history.attempts()) {
      attempts.add(attempt(run, attempt));
    }
    List<CheckpointView> checkpoints = new ArrayList<>();
    for (RunHistory.CheckpointSummary checkpoint : history.checkpoints()) {
      checkpoints.add(checkpoint(run, checkpoint, recorded(checkpoint)));
    }
    return new DescriptionView(
        id.value(),
        run.account(),
        run.phase().word(),
        thought(run),
        iteration(run, live(run)),
        target(run),
        run.spec().sha256(),
        attempts,
        checkpoints,
        toGo(run, history),
        budgetLeft(run));
  }

  /** Nothing while the spec cannot be read, or once the run is over. */
  private Optional<Projection> toGo(Run run, RunHistory history) {
    OptionalLong target = target(run);
    if (target.isEmpty() || run.isFinished()) {
      return Optional.empty();
    }
    Optional<Progress> live = live(run);
    Projection.Steps steps =
        live.map(progress -> new Projection.Steps(progress.steps(), progress.stepSeconds()))
            .orElse(Projection.Steps.NONE);
    long left = target.getAsLong() - iteration(run, live).orElse(0);
    return Projection.of(history, left, steps, contexts.of(run).spec().resources().devices());
  }

  private OptionalLong budgetLeft(Run run) {
    try {
      long budget = contexts.of(run).policy(run).budget().value();
      return OptionalLong.of(Math.max(0, budget - run.posted().value()));
    } catch (IllegalStateException e) {
      return OptionalLong.empty();
    }
  }

  List<CheckpointView> checkpoints(RunId id, boolean verify) {
    Run run = load(id);
    List<CheckpointView> views = new ArrayList<>();
    for (RunHistory.CheckpointSummary checkpoint : RunHistory.of(store.history(id)).checkpoints()) {
      boolean look = verify && checkpoint.rejected().isEmpty();
      String verdict = look ? verdictNow(run, checkpoint.checkpoint()) : recorded(checkpoint);
      views.add(checkpoint(run, checkpoint, verdict));
    }
    return views;
  }

  private String verdictNow(Run run, SealedCheckpoint sealed) {
    Verdict verdict = loops.observer(run).verdict(sealed.ref(), contexts.of(run));
    return sealed.problem(verdict).orElseGet(verdict::words);
  }

  private static String recorded(RunHistory.CheckpointSummary checkpoint) {
    return checkpoint
        .rejected()
        .map(why -> "rejected: " + why)
        .orElse(checkpoint.onLineage() ? "complete" : "complete, left aside by a rollback");
  }

  private CheckpointView checkpoint(Run run, RunHistory.CheckpointSummary summary, String verdict) {
    SealedCheckpoint sealed = summary.checkpoint();
    return new CheckpointView(
        sealed.ref().iteration(),
        sealed.ref().attempt(),
        verdict,
        summary.onLineage() && verdict.startsWith("complete"),
        sealed.bytes(),
        sealed.files(),
        contexts
            .of(run)
            .checkpointRoot(sealed.ref().attempt())
            .resolve(sealed.ref().tag())
            .toString());
  }

  private AttemptView attempt(Run run, RunHistory.AttemptSummary attempt) {
    Optional<RunEvent.AttemptEnded> end = attempt.end();
    Optional<Progress> live = loops.progress(run, attempt.number());
    return new AttemptView(
        attempt.number(),
        revision(run, attempt),
        attempt.job().map(JobKey::jobId),
        optional(attempt.resumedFrom().map(CheckpointRef::iteration)),
        end.map(RunEvent.AttemptEnded::firstIteration)
            .orElse(live.map(Progress::firstIteration).orElse(OptionalLong.empty())),
        end.map(RunEvent.AttemptEnded::lastIteration)
            .orElse(live.map(Progress::lastIteration).orElse(OptionalLong.empty())),
        end.map(e -> e.cause().words()),
        end.map(RunEvent.AttemptEnded::evidence).orElse(List.of()),
        attempt.nodes(),
        attempt.posting().map(Posting::start).or(attempt::startedAt),
        attempt.posting().map(Posting::end),
        attempt.posting().map(p -> p.charged().value()).orElse(0L),
        attempt.lost().value());
  }

  ExplanationView explain(RunId id) {
    Run run = load(id);
    List<RunRecord> records =
        store.history(id, Math.max(0, run.version() - DECISIONS_MAX), DECISIONS_MAX);
    List<ExplanationView.Line> lines = new ArrayList<>();
    for (RunRecord record : records) {
      List<String> facts = record.facts().stream().map(FactWords::of).toList();
      lines.add(new ExplanationView.Line(record.at(), record.why(), facts));
    }
    Collections.reverse(lines);
    return new ExplanationView(id.value(), run.phase().word(), thought(run), lines);
  }

  UsageView usage(Optional<RunId> only, Instant now) {
    List<UsageView.Row> rows = new ArrayList<>();
    for (RunId id : only.map(List::of).orElseGet(store::list)) {
      load(id);
      RunHistory history = RunHistory.of(store.history(id));
      for (RunHistory.AttemptSummary attempt : history.attempts()) {
        attempt.posting().ifPresent(posting -> rows.add(row(attempt, posting)));
      }
      history.surplusPostings().forEach(posting -> rows.add(surplusRow(posting)));
    }
    return new UsageView(
        now,
        rows.stream().mapToLong(UsageView.Row::gpuSeconds).sum(),
        rows.stream().mapToLong(UsageView.Row::lostGpuSeconds).sum(),
        rows);
  }

  private static UsageView.Row row(RunHistory.AttemptSummary attempt, Posting posting) {
    return row(
        posting,
        attempt.number(),
        attempt.lost().value(),
        attempt.end().map(end -> end.cause().words()).orElse(""));
  }

  /** All of it is lost: such a job never trains. */
  private static UsageView.Row surplusRow(Posting posting) {
    return row(posting, 0, posting.charged().value(), "surplus job");
  }

  private static UsageView.Row row(Posting posting, int attempt, long lost, String cause) {
    return new UsageView.Row(
        posting.run().value(),
        posting.account(),
        attempt,
        posting.job().jobId(),
        posting.charged().value(),
        lost,
        cause,
        posting.source().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
  }

  List<RunRecord> history(RunId id, long afterVersion, int limit) {
    return store.history(id, afterVersion, limit);
  }

  private String thought(Run run) {
    return run.isFinished() ? run.why() : loops.thought(run.id()).orElse(run.why());
  }

  private Optional<Progress> live(Run run) {
    return run.attempt().flatMap(attempt -> loops.progress(run, attempt.number()));
  }

  private static OptionalLong iteration(Run run, Optional<Progress> live) {
    OptionalLong now = live.map(Progress::lastIteration).orElse(OptionalLong.empty());
    return now.isPresent() ? now : run.lastIteration();
  }

  /** Nothing while the spec cannot be read. */
  private OptionalInt revision(Run run, RunHistory.AttemptSummary attempt) {
    long start = attempt.resumedFrom().map(CheckpointRef::iteration).orElse(0L);
    try {
      return OptionalInt.of(contexts.of(run).spec().revisionAt(start));
    } catch (IllegalStateException e) {
      return OptionalInt.empty();
    }
  }

  private OptionalLong target(Run run) {
    try {
      return OptionalLong.of(contexts.of(run).policy(run).iterations());
    } catch (IllegalStateException e) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong optional(Optional<Long> value) {
    return value.map(OptionalLong::of).orElse(OptionalLong.empty());
  }
}
