package org.bloomery.controlplane.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.bloomery.controlplane.files.AttemptTraces;
import org.bloomery.controlplane.files.ClaimFile;
import org.bloomery.controlplane.files.ClaimFile.Claim;
import org.bloomery.controlplane.files.Reading;
import org.bloomery.controlplane.files.SubmissionFile;
import org.bloomery.controlplane.files.SubmissionFile.Started;
import org.bloomery.controlplane.process.ProcessRunner;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.observe.JobEnd;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.observe.SchedulerEnd;
import org.bloomery.core.observe.Usage;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.script.AttemptFiles;

/**
 * This machine as a resource manager: each attempt's job is a detached session of processes, which
 * lives on when the control plane is killed and is found again in {@code /proc}.
 *
 * <p>There is no queue, and the time limit is the job script's own affair: it has a clock for it.
 */
public final class LocalResourceManager implements ResourceManager {
  /** The cluster in the keys of all jobs of this machine. */
  public static final String CLUSTER = "local";

  /**
   * The first program of a job: waits until its start is recorded, computes the job's id, and
   * becomes the job script. End of file instead of the word means that the starter has died or
   * thought better of it. It starts no process, so that its own id and start time stay the job's.
   */
  static final String GATE =
      """
      read -r word && [[ $word == go ]] || exit 0
      read -r boot < /proc/sys/kernel/random/boot_id
      read -r stat < "/proc/$$/stat"
      read -r -a fields <<< "${stat##*) }"
      export BLOOMERY_SESSION=${boot:0:8}-$$-${fields[19]}
      exec bash "$1" < /dev/null
      """;

  private static final String WHAT_NEXT =
      "somebody has owned this attempt: see that no process of it lives, then resume the run";

  private final ProcessRunner processes;
  private final Site site;
  private final ProcessTable table;
  private final JobEnding ending;

  /**
   * What this resource manager depends on.
   *
   * @param proc where the processes are shown
   * @param environment of every job, besides its marks
   * @param killWait how long a job may take to leave when it is asked; longer than the job script
   *     itself gives its training, else it cannot write down how that ended
   * @param clock for submit times
   * @param monotonicNanos for waits; a clock that nobody sets
   */
  public record Site(
      Path proc,
      Map<String, String> environment,
      Duration killWait,
      InstantSource clock,
      LongSupplier monotonicNanos) {
    public Site {
      environment = new TreeMap<>(environment);
    }

    /**
     * The machine that this program runs on.
     *
     * @param own this program's environment, from which only what everybody needs is passed on
     */
    public static Site ofThisMachine(Map<String, String> own, Duration killWait) {
      Map<String, String> environment = new TreeMap<>();
      environment.put("PATH", own.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin"));
      environment.put("HOME", own.getOrDefault("HOME", System.getProperty("user.home")));
      environment.put("USER", System.getProperty("user.name"));
      environment.put("LANG", "C.UTF-8");
      return new Site(
          Path.of("/proc"), environment, killWait, InstantSource.system(), System::nanoTime);
    }
  }

  public LocalResourceManager(ProcessRunner processes, Site site) {
    this.processes = processes;
    this.site = site;
    this.table = new ProcessTable(site.proc());
    this.ending = new JobEnding(site.killWait(), site.monotonicNanos());
  }

  /** Nothing: a process has no id before it exists. */
  @Override
  public Optional<String> allocateJobId() {
    return Optional.empty();
  }

  /**
   * Starts an attempt's job, unless one was started before, in whatever state that is now: so it
   * may be called again at any time.
   */
  @Override
  public synchronized Submission submit(JobRequest request) {
    Path directory = Path.of(request.directory());
    if (!Files.isRegularFile(directory.resolve(AttemptFiles.JOB_SCRIPT))) {
      return new Submission.Rejected(
          directory.resolve(AttemptFiles.JOB_SCRIPT)
              + " is missing: the attempt's files must be written first");
    }
    try {
      Optional<Submission> earlier = earlier(request, directory);
      return earlier.isPresent() ? earlier.get() : start(request, directory);
    } catch (IOException failed) {
      return new Submission.Ambiguous("cannot start a job in " + directory + ": " + words(failed));
    }
  }

  private Optional<Submission> earlier(JobRequest request, Path directory) throws IOException {
    // Processes before files: whoever leaves in between has left its files behind.
    List<String> living = table.look().jobIds(request.jobName(), request.directory());
    Reading<Claim> claim = ClaimFile.read(directory);
    Reading<Started> submission = SubmissionFile.read(directory);
    Optional<String> jobId =
        claim
            .value()
            .map(Claim::jobId)
            .or(() -> submission.value().map(Started::jobId))
            .or(() -> living.stream().findFirst());
    if (jobId.isPresent()) {
      return Optional.of(new Submission.Accepted(jobId.get()));
    }
    if (submission instanceof Reading.Unreadable<Started> unreadable) {
      return Optional.of(new Submission.Rejected(unreadable.why() + "; " + WHAT_NEXT));
    }
    if (claim instanceof Reading.Unreadable<Claim> unreadable) {
      return Optional.of(new Submission.Rejected(unreadable.why() + "; " + WHAT_NEXT));
    }
    return Optional.empty();
  }

  private Submission start(JobRequest request, Path directory) throws IOException {
    Map<String, String> environment = new TreeMap<>(site.environment());
    environment.putAll(Marks.of(request));
    ProcessRunner.Gated job =
        processes.startDetached(
            new ProcessRunner.Detached(
                List.of(
                    "bash",
                    "-c",
                    GATE,
                    "bloomery-job",
                    directory.resolve(AttemptFiles.JOB_SCRIPT).toString()),
                directory,
                environment,
                directory.resolve(AttemptTraces.JOB_OUTPUT)));
    boolean released = false;
    try {
      Optional<ProcessTable.Stat> stat = table.stat(job.pid());
      if (stat.isEmpty()) {
        return new Submission.Ambiguous("the job's first process left before it could be named");
      }
      String jobId = new JobIdentity(table.boot(), job.pid(), stat.get().startTicks()).jobId();
      // Recorded before it runs: whenever we are killed, no job runs that nobody can name.
      if (!SubmissionFile.create(
          directory, new Started(jobId, site.clock().instant().getEpochSecond()))) {
        return new Submission.Ambiguous("another control plane has just started this attempt");
      }
      job.release();
      released = true;
      return new Submission.Accepted(jobId);
    } finally {
      if (!released) {
        job.abandon();
      }
    }
  }

  /**
   * Looks for the jobs of the wanted attempts among the processes and in the attempts' directories;
   * a job without any trace is listed only if its key says that there was one.
   */
  @Override
  public synchronized Observation observe(List<Wanted> wanted, Instant now) {
    try {
      Snapshot seen = table.look();
      List<JobView> jobs = jobs(wanted, seen);
      if (jobs.size() < wanted.size() || jobs.stream().anyMatch(job -> !job.mayLive())) {
        // That nothing lives is believed only after two passes.
        jobs = jobs(wanted, seen.and(table.look()));
      }
      return new Observation.Known(now, jobs);
    } catch (IOException failed) {
      return new Observation.Unknown(now, "cannot see this machine's jobs: " + words(failed));
    }
  }

  private List<JobView> jobs(List<Wanted> wanted, Snapshot seen) throws IOException {
    String host = table.hostName();
    List<JobView> jobs = new ArrayList<>();
    for (Wanted attempt : wanted) {
      // After the processes: a job that had left by then has written all that it will ever write.
      JobTraces files = JobTraces.read(Path.of(attempt.directory()));
      Set<String> ids = new LinkedHashSet<>();
      files.claim().map(Claim::jobId).ifPresent(ids::add);
      files.submission().value().map(Started::jobId).ifPresent(ids::add);
      attempt.key().map(JobKey::jobId).ifPresent(ids::add);
      ids.addAll(seen.jobIds(attempt.jobName(), attempt.directory()));
      for (String jobId : ids) {
        jobs.add(job(attempt, jobId, files, seen, host));
      }
    }
    return jobs;
  }

  private static JobView job(
      Wanted attempt, String jobId, JobTraces files, Snapshot seen, String host)
      throws IOException {
    Optional<JobIdentity> identity = JobIdentity.parse(jobId);
    long living =
        identity.filter(job -> job.boot().equals(seen.boot())).map(seen::living).orElse(0L);
    boolean elsewhere =
        identity.filter(job -> !job.boot().equals(seen.boot())).isPresent()
            && files.mayLiveOnAnotherHost(jobId, host);
    JobState state =
        elsewhere
            ? JobState.UNRECOGNISED
            : state(living, identity.flatMap(seen::leader).isPresent());
    JobKey key = new JobKey(CLUSTER, jobId, submitEpoch(attempt, jobId, files, seen));
    Optional<Claim> claim = files.claimOf(jobId);
    Optional<Usage> usage =
        state == JobState.ENDED
            ? Optional.of(
                files.usage(jobId, attempt.devices(), Instant.ofEpochSecond(key.submitEpoch())))
            : Optional.empty();
    return new JobView(
        key,
        attempt.jobName(),
        Optional.of(attempt.attempt()),
        state,
        elsewhere ? files.whereItLives() : detail(state, living),
        // A process table remembers nobody: how it ended is the exit record's to say.
        state == JobState.ENDED ? Optional.of(JobEnd.of(SchedulerEnd.UNKNOWN)) : Optional.empty(),
        false,
        claim.map(c -> Instant.ofEpochSecond(c.startEpoch())),
        List.of(claim.map(Claim::host).orElse(host)),
        usage);
  }

  private static JobState state(long living, boolean leaderLives) {
    if (living == 0) {
      return JobState.ENDED;
    }
    return leaderLives ? JobState.RUNNING : JobState.COMPLETING;
  }

  private static String detail(JobState state, long living) {
    return switch (state) {
      case RUNNING -> "its script runs";
      case COMPLETING -> "its script is gone, " + living + " of its processes live";
      case ENDED -> "no process of it lives";
      case PENDING, UNRECOGNISED -> throw new IllegalStateException("no queue here: " + state);
    };
  }

  /**
   * The job's submit time, the same whenever asked: what was told before, else what was recorded at
   * the start; for a job that somebody else started, when it claimed or its process began.
   */
  private static long submitEpoch(Wanted attempt, String jobId, JobTraces files, Snapshot seen) {
    return attempt
        .key()
        .filter(key -> key.jobId().equals(jobId))
        .map(JobKey::submitEpoch)
        .or(() -> files.submission().value().map(Started::submitEpoch))
        .or(() -> files.claimOf(jobId).map(Claim::startEpoch))
        .or(
            () ->
                JobIdentity.parse(jobId)
                    .flatMap(seen::leader)
                    .flatMap(leader -> leader.handle().info().startInstant())
                    .map(Instant::getEpochSecond))
        .orElseGet(() -> attempt.since().getEpochSecond());
  }

  /**
   * Takes the next step towards the end of a job, and returns at once: asks it to leave at the
   * first call, kills it at the first one after the site's wait.
   */
  @Override
  public synchronized Acknowledgement cancel(JobKey job) {
    Optional<JobIdentity> identity = JobIdentity.parse(job.jobId());
    if (!job.cluster().equals(CLUSTER) || identity.isEmpty()) {
      return new Acknowledgement.NotKnown(job + " is not a job of this machine");
    }
    try {
      return ending.step(identity.get(), table.look());
    } catch (IOException failed) {
      return new Acknowledgement.NotKnown("cannot see this machine's jobs: " + words(failed));
    }
  }

  /** Nothing to do: there is no queue in which a job could be held. */
  @Override
  public Acknowledgement hold(JobKey job) {
    return new Acknowledgement.Done();
  }

  @Override
  public Acknowledgement release(JobKey job) {
    return new Acknowledgement.Done();
  }

  @Override
  public Acknowledgement exclude(JobKey job, List<String> nodes) {
    return new Acknowledgement.Done();
  }

  private static String words(IOException failed) {
    return failed.getClass().getSimpleName() + ": " + failed.getMessage();
  }
}
