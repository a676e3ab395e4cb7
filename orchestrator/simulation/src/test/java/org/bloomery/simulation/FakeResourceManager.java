package org.bloomery.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.observe.JobEnd;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.observe.SchedulerEnd;
import org.bloomery.core.observe.Usage;
import org.bloomery.core.port.ResourceManager;

/**
 * A cluster in virtual time, whose jobs write what real ones would into the directories that the
 * control plane made. Like SLURM, and unlike one machine, it takes the same attempt twice.
 */
final class FakeResourceManager implements ResourceManager {
  /** What becomes of a submission. */
  enum SubmitFault {
    /** It is queued, but nobody says so. */
    SILENTLY_ACCEPTED,
    /** It never arrived, and nobody says so. */
    SILENTLY_LOST,
    REJECTED,
    DEFERRED
  }

  private static final List<String> NODES = List.of("n1", "n2", "n3", "n4");

  private final InstantSource time;
  private final FakeTraining.Shape shape;
  private final List<Job> jobs = new ArrayList<>();
  private final Map<Integer, JobPlot> plots = new HashMap<>();
  private final Deque<SubmitFault> submitFaults = new ArrayDeque<>();
  private final Map<RunId, Integer> mostTrainings = new TreeMap<>();
  private Optional<String> outage = Optional.empty();
  private Optional<String> strangeState = Optional.empty();
  private boolean withholdsAccounting;
  private final Set<JobKey> invisible = new HashSet<>();
  private int effects;

  FakeResourceManager(InstantSource time, FakeTraining.Shape shape) {
    this.time = time;
    this.shape = shape;
  }

  /** Says what will happen to the jobs of an attempt; to others, nothing will. */
  void plot(int attempt, JobPlot plot) {
    plots.put(attempt, plot);
  }

  /** What becomes of the next submission that has no fault yet. */
  void nextSubmission(SubmitFault fault) {
    submitFaults.add(fault);
  }

  /** Answers no query from now on. */
  void goDark(String why) {
    outage = Optional.of(why);
  }

  /** Shows every live job in a state that nobody knows. */
  void showStrangeState(String word) {
    strangeState = Optional.of(word);
  }

  /** Shows jobs that are over, but not yet what they used, as a slow accounting does. */
  void withholdAccounting() {
    withholdsAccounting = true;
  }

  /** Answers as it should again. */
  void recover() {
    outage = Optional.empty();
    strangeState = Optional.empty();
    withholdsAccounting = false;
  }

  /** A person ends the jobs of a run behind the control plane's back. */
  void scancel(RunId run) {
    jobs.stream().filter(job -> job.request.run().equals(run)).forEach(Job::endSoon);
  }

  /** Forgets the job of an attempt, as a scheduler may that dies before it has saved its state. */
  void lose(RunId run, int attempt) {
    for (Job job : jobsOf(run, attempt)) {
      invisible.add(job.key);
      job.state = JobState.ENDED;
    }
  }

  /** An administrator puts the running job of an attempt back into the queue. */
  void requeue(RunId run, int attempt) {
    Job job = jobsOf(run, attempt).get(0);
    job.requeued = true;
    job.endSoon();
  }

  private List<Job> jobsOf(RunId run, int attempt) {
    return jobs.stream()
        .filter(job -> job.request.run().equals(run) && job.request.attempt() == attempt)
        .toList();
  }

  /** The job of an attempt as it is shown; the first one, if there are several. */
  JobView view(RunId run, int attempt) {
    return jobsOf(run, attempt).get(0).view();
  }

  /** What all jobs of a run have used, by this cluster's accounting. */
  GpuSeconds used(RunId run) {
    return jobs.stream()
        .filter(job -> job.request.run().equals(run) && !invisible.contains(job.key))
        .map(job -> job.usage().charged())
        .reduce(GpuSeconds.ZERO, GpuSeconds::plus);
  }

  /** How many jobs it ever had. */
  int jobCount() {
    return jobs.size();
  }

  /** How many calls asked it to do something. */
  int effects() {
    return effects;
  }

  /** How many trainings of a run were ever at work in the same second. */
  int mostTrainings(RunId run) {
    return mostTrainings.getOrDefault(run, 0);
  }

  /** The last iteration that an attempt of a run has done. */
  long iteration(RunId run, int attempt) {
    return jobs.stream()
        .filter(job -> job.request.run().equals(run) && job.request.attempt() == attempt)
        .mapToLong(job -> job.training.map(FakeTraining::iteration).orElse(0L))
        .max()
        .orElse(0);
  }

  /** One second goes by: each training does one iteration. */
  void tick() {
    Map<RunId, Integer> training = new TreeMap<>();
    for (Job job : List.copyOf(jobs)) {
      job.tick(time.instant());
      if (job.training.map(FakeTraining::trains).orElse(false)) {
        training.merge(job.request.run(), 1, Integer::sum);
      }
    }
    training.forEach((run, count) -> mostTrainings.merge(run, count, Math::max));
  }

  @Override
  public Optional<String> allocateJobId() {
    return Optional.empty();
  }

  @Override
  public Submission submit(JobRequest request) {
    effects++;
    SubmitFault fault = submitFaults.poll();
    if (fault == SubmitFault.REJECTED) {
      return new Submission.Rejected("the account has no hours left");
    }
    if (fault == SubmitFault.DEFERRED) {
      return new Submission.Deferred("QOSMaxSubmitJobPerUserLimit");
    }
    if (fault == SubmitFault.SILENTLY_LOST) {
      return new Submission.Ambiguous("no answer");
    }
    Job job = new Job(request, jobs.size() + 1);
    jobs.add(job);
    return fault == SubmitFault.SILENTLY_ACCEPTED
        ? new Submission.Ambiguous("no answer")
        : new Submission.Accepted(job.key.jobId());
  }

  @Override
  public Observation observe(List<Wanted> wanted, Instant now) {
    if (outage.isPresent()) {
      return new Observation.Unknown(now, outage.get());
    }
    List<String> names = wanted.stream().map(Wanted::jobName).toList();
    return new Observation.Known(
        now,
        jobs.stream()
            .filter(job -> names.contains(job.request.jobName()))
            .filter(job -> !invisible.contains(job.key))
            .map(Job::view)
            .toList());
  }

  @Override
  public Acknowledgement cancel(JobKey key) {
    effects++;
    jobs.stream().filter(job -> job.key.equals(key)).forEach(Job::endSoon);
    return new Acknowledgement.Done();
  }

  @Override
  public Acknowledgement hold(JobKey key) {
    return hold(key, true);
  }

  @Override
  public Acknowledgement release(JobKey key) {
    return hold(key, false);
  }

  private Acknowledgement hold(JobKey key, boolean held) {
    effects++;
    jobs.stream().filter(job -> job.key.equals(key)).forEach(job -> job.held = held);
    return new Acknowledgement.Done();
  }

  @Override
  public Acknowledgement exclude(JobKey key, List<String> nodes) {
    effects++;
    jobs.stream().filter(job -> job.key.equals(key)).forEach(job -> job.excluded = nodes);
    return new Acknowledgement.Done();
  }

  /** One job, from the queue to its end. */
  private final class Job {
    private final JobRequest request;
    private final JobPlot plot;
    private final JobKey key;
    private final Instant submitted = time.instant();
    private JobState state = JobState.PENDING;
    private String detail = "in the queue";
    private Optional<JobEnd> over = Optional.empty();
    private boolean held;
    private boolean requeued;
    private String node = NODES.get(0);
    private List<String> excluded;
    private boolean mustEnd;
    private Optional<Instant> started = Optional.empty();
    private Instant ended = Instant.MAX;
    private Optional<FakeTraining> training = Optional.empty();

    Job(JobRequest request, int number) {
      this(request, "job-" + number);
    }

    Job(JobRequest request, String id) {
      this.request = request;
      excluded = request.excludedNodes();
      plot = plots.getOrDefault(request.attempt(), JobPlot.NORMAL);
      key = new JobKey("local", id, submitted.getEpochSecond());
    }

    void endSoon() {
      mustEnd = true;
    }

    void tick(Instant now) {
      switch (state) {
        case PENDING -> {
          if (mustEnd) {
            end(now, SchedulerEnd.CANCELLED);
          } else if (!held
              && isFree(request.after())
              && !now.isBefore(submitted.plus(plot.queued()))) {
            start(now);
          }
        }
        case RUNNING -> train(now);
        case COMPLETING -> {
          if (!now.isBefore(ended.plus(plot.lingers()))) {
            state = JobState.ENDED;
          }
        }
        case ENDED -> {}
        case UNRECOGNISED -> throw new IllegalStateException("only ever shown");
      }
    }

    /** Whether the job that this one depends on is over, with all of its processes. */
    private boolean isFree(Optional<JobKey> after) {
      return jobs.stream()
          .noneMatch(job -> after.equals(Optional.of(job.key)) && job.state != JobState.ENDED);
    }

    private void start(Instant now) {
      node = NODES.stream().filter(n -> !excluded.contains(n)).findFirst().orElseThrow();
      started = Optional.of(now);
      state = JobState.RUNNING;
      detail = "RUNNING";
      training = FakeTraining.begin(request, key.jobId(), shape, plot, now);
      if (training.isEmpty()) {
        end(now, SchedulerEnd.FAILED);
      }
    }

    private void train(Instant now) {
      FakeTraining own = training.orElseThrow();
      if (mustEnd) {
        own.terminate(now);
        end(now, requeued ? SchedulerEnd.REQUEUED : SchedulerEnd.CANCELLED);
        if (requeued) {
          jobs.add(new Job(request, key.jobId()));
        }
        return;
      }
      own.step(now);
      if (own.isOver()) {
        boolean died = own.iteration() == plot.diesAfter();
        boolean node = died && plot.death() == JobPlot.Death.NODE_LOST;
        end(
            now,
            node ? SchedulerEnd.NODE_FAIL : died ? SchedulerEnd.FAILED : SchedulerEnd.COMPLETED);
      }
    }

    private void end(Instant now, SchedulerEnd reason) {
      ended = now;
      detail = reason.name();
      over =
          Optional.of(
              new JobEnd(reason, reason == SchedulerEnd.NODE_FAIL ? List.of(node) : List.of()));
      state = plot.lingers().isZero() ? JobState.ENDED : JobState.COMPLETING;
    }

    JobView view() {
      boolean strange = strangeState.isPresent() && state != JobState.ENDED;
      return new JobView(
          key,
          request.jobName(),
          AttemptDirectory.attemptOf(request.directory()),
          strange ? JobState.UNRECOGNISED : state,
          strange ? strangeState.get() : detail,
          state == JobState.ENDED ? over : Optional.empty(),
          held && state == JobState.PENDING,
          started,
          state == JobState.PENDING ? List.of() : List.of(node),
          state == JobState.ENDED && !withholdsAccounting
              ? Optional.of(usage())
              : Optional.empty());
    }

    private Usage usage() {
      Instant from = started.orElse(ended);
      Instant until = ended.plus(started.isPresent() ? plot.billedLate() : Duration.ZERO);
      GpuSeconds used = GpuSeconds.of(request.devices(), Duration.between(from, until));
      return new Usage(from, until, used, used, Posting.Source.ACCOUNTING, true);
    }
  }
}
