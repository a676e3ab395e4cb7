package org.bloomery.simulation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.controlplane.process.CommandRunner.Command;
import org.bloomery.controlplane.process.CommandRunner.Result;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.observe.JobEnd;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.observe.SchedulerEnd;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.ResourceManager.Wanted;

/** Control planes that are wrong about what SLURM says, or in what they tell it. */
final class SlurmMutants {
  private SlurmMutants() {}

  /** Submits again at once what may have arrived. */
  static CommandRunner retrying(CommandRunner runner) {
    return command -> {
      Result result = runner.run(command);
      boolean unclear =
          result instanceof Result.TimedOut
              || (result instanceof Result.Finished done
                  && done.errors().contains("Socket timed out"));
      boolean submits = command.argv().get(0).equals("sbatch");
      return submits && unclear ? runner.run(command) : result;
    };
  }

  static CommandRunner withoutDependencies(CommandRunner runner) {
    return command ->
        runner.run(
            new Command(
                command.argv().stream().filter(w -> !w.startsWith("--dependency=")).toList(),
                command.directory(),
                command.environment(),
                command.timeout(),
                command.outputBytesMax()));
  }

  /** Nothing seen counts as nothing there. */
  static ResourceManager emptyForUnknown(ResourceManager real) {
    return new PassingResourceManager(real) {
      @Override
      public Observation observe(List<Wanted> wanted, Instant now) {
        return super.observe(wanted, now) instanceof Observation.Known known
            ? new Observation.Known(known.asOf(), known.jobs())
            : new Observation.Known(now, List.of());
      }
    };
  }

  /** Asks for attempts only. */
  static ResourceManager withoutUnbilled(ResourceManager real) {
    return new PassingResourceManager(real) {
      @Override
      public Observation observe(List<Wanted> wanted, Instant now) {
        return super.observe(wanted.stream().map(SlurmMutants::withoutUnbilled).toList(), now);
      }
    };
  }

  private static Wanted withoutUnbilled(Wanted wanted) {
    return new Wanted(
        wanted.run(),
        wanted.attempt(),
        wanted.jobName(),
        wanted.directory(),
        wanted.devices(),
        wanted.key(),
        List.of(),
        wanted.since());
  }

  /** One state of a job is taken for its end. */
  static ResourceManager endedIn(JobState state, ResourceManager real) {
    return new PassingResourceManager(real) {
      @Override
      public Observation observe(List<Wanted> wanted, Instant now) {
        return super.observe(wanted, now) instanceof Observation.Known known
            ? new Observation.Known(
                known.asOf(),
                known.jobs().stream().map(job -> ended(state, job)).toList(),
                known.unclear())
            : super.observe(wanted, now);
      }
    };
  }

  private static JobView ended(JobState state, JobView job) {
    return job.state() != state
        ? job
        : new JobView(
            job.key(),
            job.jobName(),
            job.attempt(),
            JobState.ENDED,
            job.detail(),
            Optional.of(JobEnd.of(SchedulerEnd.UNKNOWN)),
            false,
            job.startedAt(),
            job.nodes(),
            job.usage());
  }

  static ResourceManager withoutExclusions(ResourceManager real) {
    return new PassingResourceManager(real) {
      @Override
      public Submission submit(JobRequest request) {
        return super.submit(
            new JobRequest(
                request.run(),
                request.attempt(),
                request.jobName(),
                request.directory(),
                request.devices(),
                request.timeLimit(),
                request.account(),
                request.allocatedJobId(),
                request.after(),
                List.of()));
      }
    };
  }

  /** Ends all jobs of a name where one of them is meant. */
  static ResourceManager cancellingByName(ResourceManager real) {
    return new PassingResourceManager(real) {
      private List<JobView> seen = List.of();

      @Override
      public Observation observe(List<Wanted> wanted, Instant now) {
        Observation observation = super.observe(wanted, now);
        seen = observation instanceof Observation.Known known ? known.jobs() : seen;
        return observation;
      }

      @Override
      public Acknowledgement cancel(JobKey job) {
        seen.stream().filter(JobView::mayLive).forEach(other -> super.cancel(other.key()));
        return super.cancel(job);
      }
    };
  }
}
