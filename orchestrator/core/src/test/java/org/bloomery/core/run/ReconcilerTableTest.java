package org.bloomery.core.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.junit.jupiter.api.Test;

/**
 * Goal: no combination of phase, successor, request and look is left to chance. Method: every
 * combination is decided, and the whole table is compared with one that people have read.
 */
class ReconcilerTableTest {
  private static final Path TABLE = Path.of("src/test/resources/run/reconciler-table.txt");
  private static final Instant SOON = Runs.T0.plusSeconds(60);
  private static final Instant LATE = Runs.T0.plusSeconds(3600);

  @Test
  void everyCombinationIsInTheTable() throws IOException {
    String table = render();
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(TABLE.getParent());
      Files.writeString(TABLE, table, UTF_8);
    }
    assertThat(table).isEqualTo(Files.readString(TABLE, UTF_8));
  }

  @Test
  void notBeingAbleToLookLeadsToNoEffectInAnyPhase() {
    for (Run run : runs().values()) {
      Decision decision = decide(run, Runs.unknown(), LATE);

      assertThat(decision.facts()).as("%s", run.phase()).isEmpty();
      assertThat(decision.effects()).as("%s", run.phase()).isEmpty();
    }
  }

  @Test
  void everyDecisionSaysWhyAndCanBeReplayed() {
    for (Run run : runs().values()) {
      for (Observation look : looks(run).values()) {
        Decision decision = decide(run, look, LATE);
        assertThat(decision.why()).isNotBlank();
        if (!decision.facts().isEmpty()) {
          Run next = Runs.after(run, decision.facts().toArray(RunEvent[]::new));
          assertThat(next.version()).isEqualTo(run.version() + 1);
        }
      }
    }
  }

  private static String render() {
    StringBuilder table = new StringBuilder();
    table.append("# phase / request | look -> facts | effects; written by ReconcilerTableTest\n");
    runs()
        .forEach(
            (name, run) ->
                looks(run)
                    .forEach(
                        (look, jobs) -> {
                          Instant now = name.contains("fresh") ? SOON : LATE;
                          Decision decision = decide(run, jobs, now);
                          table.append(name + " | " + look + " -> " + words(decision) + "\n");
                        }));
    return table.toString();
  }

  private static Decision decide(Run run, Observation jobs, Instant now) {
    Seen seen = Runs.seen(jobs);
    if (run.phase() instanceof Phase.Running || run.phase() instanceof Phase.Ending) {
      seen = Runs.with(seen, Runs.reading(1, 50, EndCause.NODE_FAILURE));
    }
    return Reconciler.decide(run, seen, Runs.chained(new GpuSeconds(1_000_000)), now);
  }

  private static Map<String, Run> runs() {
    Run submitting = Runs.submitting();
    Run readyAgain = Runs.ended(submitting, EndCause.NODE_FAILURE, new RunEvent.RunReady(Runs.T0));
    Map<String, Run> phases = new LinkedHashMap<>();
    phases.put("ready, first", Runs.submitted());
    phases.put("ready, again", readyAgain);
    phases.put(
        "ready, not yet",
        Runs.ended(submitting, EndCause.NODE_FAILURE, new RunEvent.RunReady(LATE.plusSeconds(1))));
    phases.put("submitting, fresh", submitting);
    phases.put("submitting, quiet period over", submitting);
    phases.put("pending", Runs.pending(submitting));
    phases.put("running", Runs.running(submitting));
    phases.put("ending", Runs.ending(submitting));
    phases.put(
        "held",
        Runs.ended(
            submitting,
            EndCause.STOPPED,
            new RunEvent.RunHeld(HoldReason.STOPPED, "stopped by ada")));
    phases.put(
        "finished",
        Runs.ended(submitting, EndCause.COMPLETED, new RunEvent.RunFinished(Outcome.SUCCEEDED)));
    phases.put(
        "submitting, put off until later",
        Runs.after(submitting, new RunEvent.SubmissionDeferred("busy", LATE.plusSeconds(1))));
    phases.put(
        "submitting, to be offered again",
        Runs.after(submitting, new RunEvent.SubmissionDeferred("busy", LATE)));
    phases.put(
        "held by ada",
        Runs.ended(
            submitting, EndCause.STOPPED, new RunEvent.RunHeld(HoldReason.HELD, "held by ada")));
    putSuccessors(phases, Runs.running(submitting));
    Map<String, Run> all = new LinkedHashMap<>();
    phases.forEach(
        (name, run) -> {
          all.put(name, run);
          if (!run.isFinished()) {
            for (Request.Kind kind : Request.Kind.values()) {
              all.put(name + " / " + kind, Runs.after(run, new RunEvent.Requested(kind, "ada")));
            }
          }
        });
    return all;
  }

  /** Runs whose next attempt has a job in the queue, or should have. */
  private static void putSuccessors(Map<String, Run> phases, Run running) {
    Run handedOver = Runs.prepared(running);
    Run queued = Runs.queuedBehind(running);
    phases.put("running, next fresh", handedOver);
    phases.put("running, next not seen in the quiet period", handedOver);
    phases.put(
        "running, next put off",
        Runs.after(handedOver, new RunEvent.SuccessorDeferred("busy", LATE)));
    phases.put("running, next queued", queued);
    phases.put("running, next dropped", dropped(queued));
    phases.put("running, next dropped before it was seen", dropped(handedOver));
    phases.put("ending, next queued", Runs.after(queued, new RunEvent.JobEnded("over")));
    phases.put("ready, next handed over", settled(handedOver, new RunEvent.RunReady(Runs.T0)));
    phases.put("ready, next queued", settled(queued, new RunEvent.RunReady(Runs.T0)));
    phases.put(
        "ready not yet, next queued", settled(queued, new RunEvent.RunReady(LATE.plusSeconds(1))));
    phases.put("ready, next dropped", dropped(settled(queued, new RunEvent.RunReady(Runs.T0))));
    phases.put(
        "held by ada, next queued",
        settled(queued, new RunEvent.RunHeld(HoldReason.HELD, "held by ada")));
    phases.put(
        "held, next queued",
        settled(queued, new RunEvent.RunHeld(HoldReason.STOPPED, "stopped by ada")));
    phases.put(
        "finished, next queued", settled(queued, new RunEvent.RunFinished(Outcome.SUCCEEDED)));
  }

  private static Run dropped(Run run) {
    return Runs.after(run, new RunEvent.SuccessorDropped("test"));
  }

  private static Run settled(Run running, RunEvent turn) {
    Run ending = Runs.after(running, new RunEvent.JobEnded("over"));
    return Runs.after(
        ending,
        Runs.attemptEnded(ending, EndCause.NODE_FAILURE),
        new RunEvent.UsagePosted(Runs.posting(ending)),
        turn);
  }

  /** What the resource manager may show; "own" is the job of the current or last attempt. */
  private static Map<String, Observation> looks(Run run) {
    return run.successor().isPresent() ? looksAtTwo(run) : looksAtOne(run);
  }

  /** "next" is the job of the attempt that was prepared. */
  private static Map<String, Observation> looksAtTwo(Run run) {
    int own = run.attempt().orElseThrow().number();
    int next = run.successor().orElseThrow().number();
    JobView job =
        Runs.job(own, run.phase() instanceof Phase.Running ? JobState.RUNNING : JobState.ENDED);
    Map<String, Observation> looks = new LinkedHashMap<>();
    looks.put("cannot look", Runs.unknown());
    looks.put("own " + job.state(), Runs.known(job));
    for (JobState state : JobState.values()) {
      looks.put("own " + job.state() + ", next " + state, Runs.known(job, Runs.job(next, state)));
    }
    looks.put("own " + job.state() + ", next held", Runs.known(job, Runs.heldJob(next)));
    looks.put(
        "own ENDED, next RUNNING since long",
        Runs.known(Runs.job(own, JobState.ENDED), Runs.jobSince(next, Runs.T0)));
    return looks;
  }

  private static Map<String, Observation> looksAtOne(Run run) {
    int own = run.attempt().map(Attempt::number).orElse(1);
    Map<String, Observation> looks = new LinkedHashMap<>();
    looks.put("cannot look", Runs.unknown());
    looks.put("nothing", Runs.known());
    for (JobState state : JobState.values()) {
      looks.put("own " + state, Runs.known(Runs.job(own, state)));
    }
    looks.put("own held", Runs.known(Runs.heldJob(own)));
    looks.put(
        "own RUNNING and a stranger",
        Runs.known(Runs.job(own, JobState.RUNNING), Runs.job(own + 7, JobState.ENDED)));
    looks.put(
        "own RUNNING and a live stranger",
        Runs.known(Runs.job(own, JobState.RUNNING), Runs.job(own + 7, JobState.PENDING)));
    return looks;
  }

  private static String words(Decision decision) {
    String facts =
        decision.facts().stream()
            .map(fact -> fact.getClass().getSimpleName())
            .collect(Collectors.joining(", "));
    String effects =
        decision.effects().stream()
            .map(
                effect ->
                    effect instanceof Effect.CancelJob cancel
                        ? "CancelJob " + cancel.job().jobId()
                        : effect.getClass().getSimpleName())
            .collect(Collectors.joining(", "));
    return Optional.of(facts).filter(f -> !f.isEmpty()).orElse("-")
        + " | "
        + Optional.of(effects).filter(e -> !e.isEmpty()).orElse("-");
  }
}
