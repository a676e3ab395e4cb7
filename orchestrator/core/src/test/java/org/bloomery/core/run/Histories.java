package org.bloomery.core.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.id.Sha256;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.training.Pauses;

/**
 * Makes up the lives of runs: legal sequences of facts, the same ones for the same seed. What it
 * makes is as the loop might record it, in an order that the loop might choose.
 */
public final class Histories {
  /** Text that a careless codec or path would trip over. */
  private static final List<String> WORDS =
      List.of("plain", "two\nlines", "\"quoted\" \\ back", "tab\tand \u0001", "日本語", "🌱 é", "");

  private static final List<String> NODES = List.of("node001", "node002", "node003");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final GpuSeconds RESERVATION = new GpuSeconds(7_200);

  private final Random random;
  private Instant now = START;

  /** What would be recorded at once. */
  public record Step(List<RunEvent> facts, String why, Instant at) {
    public Step {
      facts = List.copyOf(facts);
    }
  }

  public Histories(long seed) {
    random = new Random(seed);
  }

  /** The text of some spec. */
  public static String specText(RunId run) {
    return "# spec of " + run + "\nkind: TrainingRun\nmetadata:\n  name: " + run + "\n";
  }

  /** The first fact of a run with {@link #specText}. */
  public static RunEvent.RunSubmitted submission(RunId run) {
    SpecRef spec = new SpecRef(Sha256.of(specText(run)), run + ".yaml", "/specs");
    return new RunEvent.RunSubmitted(run, spec, "account", "ada");
  }

  /** A whole history of at most so many records; it is shorter if the run finishes before. */
  public List<RunRecord> history(RunId run, int recordsMax) {
    List<RunRecord> records = new ArrayList<>();
    records.add(new RunRecord(1, tick(), 1, "submitted", List.of(submission(run))));
    Run state = Run.fold(records);
    while (records.size() < recordsMax) {
      Optional<Step> step = next(state);
      if (step.isEmpty()) {
        break;
      }
      RunRecord next =
          new RunRecord(
              state.version() + 1, step.get().at(), 1, step.get().why(), step.get().facts());
      records.add(next);
      state = state.after(next);
    }
    return records;
  }

  /** What may be recorded next; nothing once the run has finished. */
  public Optional<Step> next(Run run) {
    List<RunEvent> facts = rarely() ? aside(run) : List.of();
    if (facts.isEmpty()) {
      facts = ofPhase(run);
    }
    return facts.isEmpty() ? Optional.empty() : Optional.of(new Step(facts, word(), tick()));
  }

  private List<RunEvent> ofPhase(Run run) {
    return run.phase()
        .match(
            new Phase.Cases<List<RunEvent>>() {
              @Override
              public List<RunEvent> ready(Phase.Ready phase) {
                return whenReady(run);
              }

              @Override
              public List<RunEvent> submitting(Phase.Submitting phase) {
                return whenSubmitting(run, phase);
              }

              @Override
              public List<RunEvent> pending(Phase.Pending phase) {
                return rarely()
                    ? List.of(new RunEvent.JobEnded(word()))
                    : List.of(new RunEvent.JobStarted(now, NODES));
              }

              @Override
              public List<RunEvent> running(Phase.Running phase) {
                return whenRunning(run);
              }

              @Override
              public List<RunEvent> ending(Phase.Ending phase) {
                return whenEnding(run);
              }

              @Override
              public List<RunEvent> held(Phase.Held phase) {
                return whenHeld(run);
              }

              @Override
              public List<RunEvent> finished(Phase.Finished phase) {
                return List.of();
              }
            });
  }

  /** What may happen beside the current attempt. */
  private List<RunEvent> aside(Run run) {
    Optional<Successor> open = run.successor().filter(Successor::isOpen);
    if (!run.surplus().isEmpty()) {
      return List.of(
          new RunEvent.UsagePosted(posting(run, run.surplus().get(0), Optional.empty())));
    }
    if (run.asked(Request.Kind.RELEASE).isPresent()) {
      return List.of(new RunEvent.RequestMet());
    }
    if (open.isPresent()) {
      return List.of(ofSuccessor(run, open.get()));
    }
    return run.isFinished() ? List.of() : List.of(new RunEvent.SurplusSeen(job(run)));
  }

  private RunEvent ofSuccessor(Run run, Successor next) {
    return next.job().isPresent() || !next.isBindable()
        ? new RunEvent.SuccessorDropped(word())
        : pick(
            List.of(
                new RunEvent.SuccessorTried(next.handover().tries() + 1),
                new RunEvent.SuccessorDeferred(word(), now.plusSeconds(60)),
                new RunEvent.SuccessorAccepted(job(run)),
                new RunEvent.SuccessorAccepted(job(run))));
  }

  private RunEvent bound(Run run, Successor next) {
    return new RunEvent.SuccessorBound(
        next.number(),
        Sha256.of("body " + next.number()),
        run.lineage().head().map(SealedCheckpoint::ref),
        rarely() ? NODES : List.of());
  }

  /** The end of an attempt that was prepared and never ran. */
  private List<RunEvent> over(Run run, Successor next) {
    RunEvent end =
        new RunEvent.AttemptEnded(
            next.number(),
            EndCause.NOT_BOUND,
            List.of(word()),
            List.of(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            0,
            0,
            Optional.empty());
    return next.job().isEmpty()
        ? List.of(end)
        : List.of(
            end,
            new RunEvent.UsagePosted(posting(run, next.job().get(), Optional.of(next.number()))));
  }

  private List<RunEvent> whenReady(Run run) {
    if (rarely() && run.lineage().head().isPresent()) {
      CheckpointRef newest = run.lineage().head().get().ref();
      return List.of(new RunEvent.CheckpointRejected(newest, word()));
    }
    if (rarely()) {
      return List.of(new RunEvent.RunHeld(HoldReason.BUDGET_EXHAUSTED, word()));
    }
    if (rarely()) {
      return List.of(new RunEvent.Requested(pick(List.of(Request.Kind.values())), "ada"));
    }
    Optional<Successor> open = run.successor().filter(Successor::isOpen);
    if (open.isPresent()) {
      return open.get().isBindable() ? List.of(bound(run, open.get())) : over(run, open.get());
    }
    return List.of(
        new RunEvent.AttemptPlanned(
            run.nextAttempt(),
            Sha256.of("body " + run.nextAttempt()),
            rarely() ? Optional.of("application_1_0001") : Optional.empty(),
            run.lineage().head().map(SealedCheckpoint::ref),
            RESERVATION,
            rarely() ? NODES : List.of()),
        new RunEvent.SubmissionTried(1));
  }

  private List<RunEvent> whenSubmitting(Run run, Phase.Submitting phase) {
    if (rarely()) {
      return List.of(new RunEvent.SubmissionTried(phase.tries() + 1));
    }
    if (rarely()) {
      return List.of(new RunEvent.RunHeld(HoldReason.REJECTED, word()));
    }
    if (rarely()) {
      return List.of(new RunEvent.SubmissionDeferred(word(), now.plusSeconds(60)));
    }
    return List.of(new RunEvent.JobAccepted(job(run)));
  }

  private List<RunEvent> whenRunning(Run run) {
    if (rarely()) {
      return List.of(new RunEvent.Requested(pick(List.of(Request.Kind.values())), word()));
    }
    if (rarely() && run.successor().isEmpty()) {
      int next = run.nextAttempt();
      return List.of(
          new RunEvent.SuccessorPlanned(next, Sha256.of("job " + next), RESERVATION, NODES));
    }
    if (rarely() && !run.attempt().orElseThrow().wrongStart()) {
      return List.of(new RunEvent.WrongStartSeen(run.lineage().sealed().size() + 1L, 7));
    }
    return random.nextInt(3) > 0
        ? List.of(seal(run))
        : List.of(seal(run), new RunEvent.JobEnded(word()));
  }

  private List<RunEvent> whenEnding(Run run) {
    List<RunEvent> facts = new ArrayList<>();
    Attempt attempt = run.attempt().orElseThrow();
    long steps = random.nextInt(1000);
    facts.add(
        new RunEvent.AttemptEnded(
            attempt.number(),
            pick(List.of(EndCause.values())),
            List.of(word(), word()),
            rarely() ? NODES : List.of(),
            steps == 0 ? OptionalLong.empty() : OptionalLong.of(1),
            steps == 0 ? OptionalLong.empty() : OptionalLong.of(steps),
            steps,
            random.nextDouble() * steps,
            Optional.of(new Pauses(random.nextInt(100), random.nextInt(100)))));
    facts.add(
        new RunEvent.UsagePosted(
            posting(
                run,
                attempt.job().orElse(job(run)),
                rarely() ? Optional.empty() : Optional.of(attempt.number()))));
    if (random.nextInt(4) > 0) {
      facts.add(new RunEvent.RunReady(now.plusSeconds(random.nextInt(600))));
    } else if (random.nextBoolean()) {
      facts.add(new RunEvent.RunHeld(pick(List.of(HoldReason.values())), word()));
    } else {
      facts.add(new RunEvent.RunFinished(Outcome.SUCCEEDED));
    }
    return facts;
  }

  private List<RunEvent> whenHeld(Run run) {
    if (rarely()) {
      return List.of(
          new RunEvent.Requested(Request.Kind.CANCEL, "ada"),
          new RunEvent.RunFinished(Outcome.CANCELLED));
    }
    OptionalLong from = OptionalLong.empty();
    if (rarely() && run.lineage().head().isPresent()) {
      from = OptionalLong.of(pick(run.lineage().sealed()).ref().iteration());
    }
    return List.of(new RunEvent.Resumed("ada", from));
  }

  private RunEvent seal(Run run) {
    long before = run.lineage().head().map(c -> c.ref().iteration()).orElse(0L);
    CheckpointRef ref =
        new CheckpointRef(run.attempt().orElseThrow().number(), before + 1 + random.nextInt(100));
    long bytes = random.nextLong(1L << 50);
    return new RunEvent.CheckpointSealed(
        new SealedCheckpoint(ref, Sha256.of(ref.toString()), bytes, random.nextInt(5000), now));
  }

  private Posting posting(Run run, JobKey job, Optional<Integer> attempt) {
    long used = random.nextInt(7_200);
    return new Posting(
        job,
        run.id(),
        attempt,
        "account",
        "ada",
        now,
        now.plusSeconds(used),
        NODES,
        new GpuSeconds(used),
        new GpuSeconds(2 * used),
        pick(List.of(Posting.Source.values())),
        random.nextBoolean());
  }

  private JobKey job(Run run) {
    return new JobKey("local", Long.toString(1000 + run.version()), now.getEpochSecond());
  }

  private boolean rarely() {
    return random.nextInt(5) == 0;
  }

  private String word() {
    return pick(WORDS);
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private Instant tick() {
    now = now.plusMillis(1 + random.nextInt(100_000));
    return now;
  }
}
