package org.bloomery.core.run;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.bloomery.core.checkpoint.CheckpointManifest;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.checkpoint.Sighting;
import org.bloomery.core.checkpoint.Verdict;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.nodes.SiteNodes;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.observe.JobEnd;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.observe.SchedulerEnd;
import org.bloomery.core.observe.Usage;
import org.bloomery.core.spec.RestartLimits;
import org.bloomery.core.spec.SiteTimings;
import org.bloomery.core.training.ExitVerdict;
import org.bloomery.core.training.Progress;

/** Runs, jobs and looks for the tests of the core, each in one line. */
public final class Runs {
  public static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
  public static final RunId NANO = new RunId("nano");
  public static final String JOB_NAME = "nano-0a1b2c";
  public static final Duration QUIET = Duration.ofMinutes(15);
  public static final Duration TIME_LIMIT = Duration.ofHours(2);
  public static final Duration GO_WAIT = Duration.ofMinutes(2);
  public static final Duration NODE_FAIL_GRACE = Duration.ofMinutes(5);
  public static final SiteTimings TIMINGS =
      new SiteTimings(
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          QUIET,
          GO_WAIT,
          Duration.ofSeconds(30),
          NODE_FAIL_GRACE,
          Duration.ofMinutes(30),
          20,
          Duration.ofHours(2));
  public static final int MAXIMUM_FAILURES = 3;
  public static final long ITERATIONS = 1000;
  public static final GpuSeconds RESERVATION = new GpuSeconds(3600);

  private Runs() {}

  public static RunPolicy policy() {
    return policy(new GpuSeconds(1_000_000));
  }

  public static RunPolicy policy(GpuSeconds budget) {
    return policy(budget, false);
  }

  /** Of a run for which the next attempt's job is queued while one runs. */
  public static RunPolicy chained(GpuSeconds budget) {
    return policy(budget, true);
  }

  private static RunPolicy policy(GpuSeconds budget, boolean prepares) {
    return new RunPolicy(
        "ada",
        ITERATIONS,
        1,
        RESERVATION,
        budget,
        TIMINGS,
        new RestartLimits(
            MAXIMUM_FAILURES,
            new TreeMap<>(),
            new RestartLimits.Backoff(Duration.ofSeconds(30), Duration.ofMinutes(10)),
            Optional.empty(),
            new RestartLimits.Exclude(Duration.ofHours(24), 2)),
        new RunPolicy.Queueing(prepares, TIME_LIMIT, OptionalInt.of(3)),
        new RunPolicy.NodeNeed(1, 4, List.of("bad0")),
        SCRIPTS);
  }

  /** Scripts that name what they were rendered for; the job's is the same for all checkpoints. */
  private static final RunPolicy.Scripts SCRIPTS =
      new RunPolicy.Scripts() {
        @Override
        public String bodySha256(int attempt, Optional<CheckpointRef> resume) {
          String from = resume.map(ref -> Long.toString(ref.iteration())).orElse("none");
          return "body-" + attempt + "-" + from;
        }

        @Override
        public String jobSha256(int attempt, Optional<CheckpointRef> resume) {
          return "job-" + attempt;
        }
      };

  /** A run that was just submitted at {@link #T0}. */
  public static Run submitted() {
    SpecRef spec = new SpecRef("5bec", "nano.yaml", "/specs");
    return Run.fold(
        List.of(
            new RunRecord(
                1,
                T0,
                1,
                "submitted",
                List.of(new RunEvent.RunSubmitted(NANO, spec, "local", "ada")))));
  }

  /** The run after one more record with these facts, ten seconds later. */
  public static Run after(Run run, RunEvent... facts) {
    return run.after(
        new RunRecord(
            run.version() + 1, run.updatedAt().plusSeconds(10), 1, "test", List.of(facts)));
  }

  public static Run submitting() {
    return submitting(submitted(), Optional.empty());
  }

  public static Run submitting(Run ready, Optional<CheckpointRef> from) {
    int attempt = ready.nextAttempt();
    return after(
        ready,
        new RunEvent.AttemptPlanned(
            attempt, "body", Optional.empty(), from, RESERVATION, List.of()),
        new RunEvent.SubmissionTried(1));
  }

  /** The run after the attempt behind its running one was handed over. */
  public static Run prepared(Run running) {
    int next = running.nextAttempt();
    return after(
        running, new RunEvent.SuccessorPlanned(next, "job-" + next, RESERVATION, List.of()));
  }

  /** The same once the job of that attempt was seen in the queue. */
  public static Run queuedBehind(Run running) {
    Run prepared = prepared(running);
    return after(
        prepared, new RunEvent.SuccessorAccepted(key(prepared.successor().orElseThrow().number())));
  }

  public static Run pending(Run submitting) {
    return after(submitting, new RunEvent.JobAccepted(key(submitting)));
  }

  public static Run running(Run submitting) {
    Run pending = pending(submitting);
    return after(pending, new RunEvent.JobStarted(pending.updatedAt(), List.of("n1")));
  }

  public static Run ending(Run submitting) {
    return after(running(submitting), new RunEvent.JobEnded("over"));
  }

  /** The run after its attempt has ended for a reason and used 100 GPU-seconds. */
  public static Run ended(Run submitting, EndCause cause, RunEvent turn) {
    Run ending = ending(submitting);
    return after(
        ending, attemptEnded(ending, cause), new RunEvent.UsagePosted(posting(ending)), turn);
  }

  public static RunEvent.AttemptEnded attemptEnded(Run run, EndCause cause) {
    return blaming(run.attempt().orElseThrow().number(), cause);
  }

  /** The end of an attempt for which nodes are blamed. */
  public static RunEvent.AttemptEnded blaming(int attempt, EndCause cause, String... nodes) {
    return new RunEvent.AttemptEnded(
        attempt,
        cause,
        List.of(),
        List.of(nodes),
        OptionalLong.of(1),
        OptionalLong.of(50),
        50,
        40.0,
        Optional.empty());
  }

  public static Posting posting(Run run) {
    return new Posting(
        run.attempt().orElseThrow().job().orElseThrow(),
        NANO,
        run.attempt().map(Attempt::number),
        "local",
        "ada",
        T0,
        T0.plusSeconds(50),
        List.of("n1"),
        new GpuSeconds(100),
        new GpuSeconds(100),
        Posting.Source.ACCOUNTING,
        true);
  }

  /** The key that the job of the current attempt gets in these tests. */
  public static JobKey key(Run run) {
    return key(run.attempt().orElseThrow().number());
  }

  public static JobKey key(int attempt) {
    return new JobKey("local", "job-" + attempt, T0.getEpochSecond() + attempt);
  }

  /** A running job that started just before the table's late moment. */
  public static JobView job(int attempt, JobState state) {
    return job(attempt, state, false, T0.plusSeconds(3590));
  }

  /** A job that its user keeps in the queue. */
  public static JobView heldJob(int attempt) {
    return job(attempt, JobState.PENDING, true, T0);
  }

  public static JobView jobSince(int attempt, Instant start) {
    return job(attempt, JobState.RUNNING, false, start);
  }

  private static JobView job(int attempt, JobState state, boolean held, Instant start) {
    Optional<Usage> usage =
        state == JobState.ENDED
            ? Optional.of(
                new Usage(
                    T0,
                    T0.plusSeconds(50),
                    new GpuSeconds(100),
                    new GpuSeconds(100),
                    Posting.Source.ACCOUNTING,
                    true))
            : Optional.empty();
    return new JobView(
        key(attempt),
        JOB_NAME,
        Optional.of(attempt),
        state,
        state.name(),
        state == JobState.ENDED ? Optional.of(JobEnd.of(SchedulerEnd.FAILED)) : Optional.empty(),
        held,
        state == JobState.PENDING ? Optional.empty() : Optional.of(start),
        List.of("n1"),
        usage);
  }

  public static Observation known(JobView... jobs) {
    return new Observation.Known(T0.plusSeconds(3600), List.of(jobs));
  }

  public static Observation unknown() {
    return new Observation.Unknown(T0, "timed out");
  }

  public static Seen seen(Observation jobs) {
    return new Look(jobs).seen();
  }

  public static Seen with(Seen seen, AttemptReading reading) {
    Look look = new Look(seen);
    look.reading = Optional.of(reading);
    return look.seen();
  }

  public static Seen with(Seen seen, List<Sighting> sightings) {
    Look look = new Look(seen);
    look.sightings = sightings;
    return look.seen();
  }

  /** With the job of an attempt missing so firmly. */
  public static Seen with(Seen seen, int attempt, Seen.Absence absence) {
    Look look = new Look(seen);
    look.absences = Map.of(key(attempt), absence);
    return look.seen();
  }

  public static Seen withVerified(Seen seen, Map<CheckpointRef, Verdict> verified) {
    Look look = new Look(seen);
    look.verified = verified;
    return look.seen();
  }

  public static Seen withRefusal(Seen seen, int attempt, Refusal refusal) {
    Look look = new Look(seen);
    look.refusals = Map.of(attempt, refusal);
    return look.seen();
  }

  public static Seen withoutGo(Seen seen) {
    Look look = new Look(seen);
    look.goMissing = true;
    return look.seen();
  }

  public static Seen with(Seen seen, SiteNodes nodes) {
    Look look = new Look(seen);
    look.nodes = nodes;
    return look.seen();
  }

  /** One look while it is put together. */
  private static final class Look {
    private final Observation jobs;
    private Map<JobKey, Seen.Absence> absences = Map.of();
    private Map<Integer, Refusal> refusals = Map.of();
    private Optional<AttemptReading> reading = Optional.empty();
    private List<Sighting> sightings = List.of();
    private Map<CheckpointRef, Verdict> verified = Map.of();
    private boolean goMissing;
    private SiteNodes nodes = SiteNodes.none("local");

    Look(Observation jobs) {
      this.jobs = jobs;
    }

    Look(Seen seen) {
      this(seen.jobs());
      absences = seen.absences();
      refusals = seen.refusals();
      reading = seen.reading();
      sightings = seen.sightings();
      verified = seen.verified();
      goMissing = seen.goMissing();
      nodes = seen.nodes();
    }

    Seen seen() {
      return new Seen(jobs, absences, refusals, reading, sightings, verified, "", goMissing, nodes);
    }
  }

  /** A log that was read to its end and shows training from an iteration to another. */
  public static AttemptReading reading(long first, long last, EndCause cause) {
    Progress progress =
        new Progress(
            OptionalLong.of(first),
            OptionalLong.of(last),
            OptionalLong.of(ITERATIONS),
            last - first + 1,
            (last - first + 1) * 0.8,
            OptionalDouble.of(2.5),
            OptionalLong.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            List.of());
    return new AttemptReading(
        progress, true, Optional.empty(), new ExitVerdict(cause, List.of("evidence"), List.of()));
  }

  /** A log of so many iterations that took so long each, in seconds. */
  public static AttemptReading slowReading(long iterations, double stepSeconds) {
    AttemptReading fast = reading(1, iterations, EndCause.UNKNOWN);
    Progress progress = fast.progress();
    return new AttemptReading(
        new Progress(
            progress.firstIteration(),
            progress.lastIteration(),
            progress.targetIteration(),
            progress.steps(),
            progress.steps() * stepSeconds,
            progress.lastLoss(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            List.of()),
        true,
        Optional.empty(),
        fast.verdict());
  }

  /** A log without a single training record. */
  public static AttemptReading readingWithoutTraining(EndCause cause) {
    return new AttemptReading(
        Progress.NONE,
        true,
        Optional.empty(),
        new ExitVerdict(cause, List.of("evidence"), List.of()));
  }

  public static CheckpointManifest manifest(long iteration, String content) {
    return new CheckpointManifest(
        iteration, List.of(new CheckpointManifest.Entry("layer_01.pt", 10, content)));
  }

  public static Verdict complete(long iteration) {
    return new Verdict.Complete(manifest(iteration, "content of " + iteration));
  }

  public static SealedCheckpoint sealed(int attempt, long iteration) {
    CheckpointManifest manifest = manifest(iteration, "content of " + iteration);
    return new SealedCheckpoint(
        new CheckpointRef(attempt, iteration),
        manifest.sha256(),
        manifest.bytes(),
        manifest.entries().size(),
        T0);
  }
}
