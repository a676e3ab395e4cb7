package org.bloomery.controlplane.slurm;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.port.ResourceManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One SLURM cluster as a resource manager.
 *
 * <p>All wanted attempts are looked for together, never more often than the site allows; in between
 * the last answer is given as what it is, with the time of its look. What SLURM did not say is
 * never filled in: a failed, cut or strange answer is unknown, and so is the outcome of a
 * submission that printed no id.
 */
public final class SlurmResourceManager implements ResourceManager {
  private static final Logger LOG = LoggerFactory.getLogger(SlurmResourceManager.class);

  /** A controller in good health answers within this time, whatever it is asked here. */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  private final SlurmSite site;
  private final SlurmCommands commands;
  private final Lookout lookout;
  private final JobViews views;
  private final JobActs acts;
  private final Pace pace;
  private final Executor looks;
  private final Duration patience;
  private final LongSupplier monotonicNanos;

  private final Map<JobKey, Long> cancelledAtNanos = new HashMap<>();
  private Optional<Observation> last = Optional.empty();
  private Set<String> covered = Set.of();
  private boolean looking;

  /**
   * What it works with.
   *
   * @param looks where looks are made: a thread of their own, so that a controller that hangs holds
   *     up nobody, or the caller's, where everything must happen in one order
   * @param patience how long a caller waits for the look that he has caused, before he gets the
   *     answer of the one before
   * @param monotonicNanos a clock that nobody sets
   * @param chance numbers from 0 to below 1
   */
  public record Tools(
      CommandRunner runner,
      LoginNode login,
      Executor looks,
      Duration patience,
      LongSupplier monotonicNanos,
      DoubleSupplier chance) {}

  public SlurmResourceManager(SlurmSite site, Tools tools) {
    this.site = site;
    this.commands = new SlurmCommands(tools.runner(), tools.login());
    this.looks = tools.looks();
    this.patience = tools.patience();
    this.monotonicNanos = tools.monotonicNanos();
    this.lookout = new Lookout(site, commands, monotonicNanos);
    this.views = new JobViews(site, monotonicNanos);
    this.acts = new JobActs(site, commands);
    this.pace = new Pace(site.lookInterval(), monotonicNanos, tools.chance());
  }

  /** Nothing: SLURM tells the id of a job after it has taken it. */
  @Override
  public Optional<String> allocateJobId() {
    return Optional.empty();
  }

  @Override
  public Submission submit(JobRequest request) {
    return Sbatch.read(commands.run(SlurmProgram.SBATCH, Sbatch.arguments(request)));
  }

  /** The newest look, if a new one is due; else the last one, and what it does not cover. */
  @Override
  public Observation observe(List<Wanted> wanted, Instant now) {
    if (takesLook()) {
      FutureTask<Void> look = new FutureTask<>(() -> look(List.copyOf(wanted), now), null);
      try {
        looks.execute(look);
        look.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException later) {
        LOG.debug("{}: the look takes longer than {}", site.cluster(), patience);
      } catch (RejectedExecutionException | ExecutionException closing) {
        lookedInVain(new Observation.Unknown(now, "the look was given up: " + closing));
      } catch (InterruptedException closing) {
        Thread.currentThread().interrupt();
      }
    }
    return answer(wanted, now);
  }

  private synchronized boolean takesLook() {
    if (looking || !pace.isDue()) {
      return false;
    }
    looking = true;
    pace.begins();
    return true;
  }

  private void look(List<Wanted> wanted, Instant now) {
    try {
      Observation seen =
          lookout
              .look(wanted, views.settled(), now)
              .match(
                  look -> views.conclude(look, wanted), why -> new Observation.Unknown(now, why));
      if (seen instanceof Observation.Known known) {
        looked(known, wanted);
      } else {
        lookedInVain((Observation.Unknown) seen);
      }
    } catch (RuntimeException e) {
      LOG.error("{}: the look at its jobs failed", site.cluster(), e);
      lookedInVain(new Observation.Unknown(now, "the look failed: " + e));
    }
  }

  private synchronized void looked(Observation.Known known, List<Wanted> wanted) {
    last = Optional.of(known);
    covered = new HashSet<>();
    wanted.forEach(attempt -> covered.add(attempt.directory()));
    cancelledAtNanos.keySet().retainAll(livingKeys(known));
    looking = false;
    pace.looked(true);
  }

  private synchronized void lookedInVain(Observation.Unknown unknown) {
    LOG.debug("{}: {}", site.cluster(), unknown.why());
    last = Optional.of(unknown);
    looking = false;
    pace.looked(false);
  }

  private static Set<JobKey> livingKeys(Observation.Known known) {
    Set<JobKey> keys = new HashSet<>();
    known.jobs().stream().filter(JobView::mayLive).forEach(job -> keys.add(job.key()));
    return keys;
  }

  /** What is known now about these attempts. */
  private synchronized Observation answer(List<Wanted> wanted, Instant now) {
    if (last.isEmpty()) {
      return new Observation.Unknown(now, "the first look at " + site.cluster() + " is under way");
    }
    if (!(last.get() instanceof Observation.Known known)) {
      return last.get();
    }
    SortedMap<String, String> unclear = new TreeMap<>(known.unclear());
    for (Wanted attempt : wanted) {
      if (!covered.contains(attempt.directory())) {
        unclear.putIfAbsent(
            attempt.jobName(), "attempt " + attempt.attempt() + " was not looked for yet");
      }
    }
    return new Observation.Known(known.asOf(), known.jobs(), unclear);
  }

  /** Ends a job; asked again at once it is not said twice, before a look shows what came of it. */
  @Override
  public Acknowledgement cancel(JobKey job) {
    if (isOver(job) || isCancelled(job)) {
      return new Acknowledgement.Done();
    }
    Acknowledgement outcome = acts.cancel(job);
    if (outcome instanceof Acknowledgement.Done) {
      remember(job);
    }
    return outcome;
  }

  @Override
  public Acknowledgement hold(JobKey job) {
    return acts.hold(job);
  }

  @Override
  public Acknowledgement release(JobKey job) {
    return acts.release(job);
  }

  @Override
  public Acknowledgement exclude(JobKey job, List<String> nodes) {
    return acts.exclude(job, nodes);
  }

  /** Tells a job's script that its time limit is near, upon which it makes the training save. */
  public Acknowledgement warn(JobKey job) {
    return acts.warn(job);
  }

  /** Lets a job end earlier than it was to, counted from its start; it is never made longer. */
  public Acknowledgement shorten(JobKey job, Duration timeLimit) {
    return acts.shorten(job, timeLimit);
  }

  private synchronized boolean isOver(JobKey job) {
    return last.isPresent()
        && last.get() instanceof Observation.Known known
        && known.jobs().stream().anyMatch(view -> view.key().equals(job) && !view.mayLive());
  }

  private synchronized boolean isCancelled(JobKey job) {
    Long at = cancelledAtNanos.get(job);
    Duration repeat = site.lookInterval().multipliedBy(2);
    return at != null && monotonicNanos.getAsLong() - at < repeat.toNanos();
  }

  private synchronized void remember(JobKey job) {
    cancelledAtNanos.put(job, monotonicNanos.getAsLong());
  }
}
