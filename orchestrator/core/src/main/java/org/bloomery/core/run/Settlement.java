package org.bloomery.core.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Usage;
import org.bloomery.core.training.Progress;

/** Closes an attempt in one record: its last seals, its verdict, its bill, and what comes next. */
final class Settlement {
  private Settlement() {}

  static Decision of(
      Run run, JobView job, AttemptReading reading, Seals looked, RunPolicy policy, Instant now) {
    Attempt attempt = run.attempt().orElseThrow();
    Progress progress = reading.progress();
    boolean wrong = attempt.startedWrong(progress.firstIteration(), policy.logEvery());
    EndCause cause = wrong ? EndCause.WRONG_START : cause(run, reading);
    // What such an attempt saved is not what its iteration number says.
    boolean tainted = wrong || cause == EndCause.CHECKPOINT_DAMAGED;
    Seals seals = tainted ? Seals.NONE : looked;
    List<RunEvent> facts = new ArrayList<>(seals.facts());
    facts.add(
        new RunEvent.AttemptEnded(
            attempt.number(),
            cause,
            reading.verdict().evidence(),
            reading.verdict().badNodes(),
            progress.firstIteration(),
            progress.lastIteration(),
            progress.steps(),
            progress.stepSeconds(),
            Optional.of(progress.pauses())));
    facts.add(new RunEvent.UsagePosted(posting(run, Optional.of(attempt.number()), job, policy)));
    RestartPolicy.Turn turn =
        RestartPolicy.next(
            new RestartPolicy.Ended(
                attempt,
                cause,
                progress.steps() > 0,
                failuresAfter(run, seals, cause),
                run.request()),
            policy.restart(),
            policy.timings().nodeFailGrace(),
            now);
    facts.addAll(turn.facts());
    List<String> words = new ArrayList<>(seals.words());
    words.add("attempt " + attempt.number() + " ended: " + cause.words());
    words.add(turn.why());
    return new Decision(facts, seals.effects(), String.join("; ", words));
  }

  /** What we know by our own acts goes before what the files say. */
  private static EndCause cause(Run run, AttemptReading reading) {
    EndCause found = reading.verdict().cause();
    boolean asked = run.request().map(Request::kind).equals(Optional.of(Request.Kind.CANCEL));
    return asked && found != EndCause.COMPLETED ? EndCause.CANCELLED : found;
  }

  private static Failures failuresAfter(Run run, Seals seals, EndCause cause) {
    long head = run.lineage().head().map(c -> c.ref().iteration()).orElse(0L);
    boolean progress = seals.sealed().stream().anyMatch(s -> s.ref().iteration() > head);
    return (progress ? Failures.NONE : run.failures()).plus(cause);
  }

  /** The bill of a job that is over and whose accounting is final. */
  static Posting posting(Run run, Optional<Integer> attempt, JobView job, RunPolicy policy) {
    Usage usage = job.usage().orElseThrow();
    return new Posting(
        job.key(),
        run.id(),
        attempt,
        run.account(),
        policy.user(),
        usage.start(),
        usage.end(),
        job.nodes(),
        usage.allocated(),
        usage.charged(),
        usage.source(),
        usage.audited());
  }
}
