package org.bloomery.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.port.ResourceManager;

/** A resource manager all of whose jobs run, and who answers at once. */
final class RunningJobs implements ResourceManager {
  private final HomeId home;
  private int seen;

  RunningJobs(HomeId home) {
    this.home = home;
  }

  /** How many jobs the last look showed. */
  int seen() {
    return seen;
  }

  @Override
  public Observation observe(List<Wanted> wanted, Instant now) {
    List<JobView> jobs = new ArrayList<>();
    for (Wanted attempt : wanted) {
      attempt
          .key()
          .ifPresent(
              key ->
                  jobs.add(
                      new JobView(
                          key,
                          home.jobName(attempt.run()),
                          Optional.of(attempt.attempt()),
                          JobState.RUNNING,
                          "its script runs",
                          Optional.empty(),
                          false,
                          Optional.of(attempt.since()),
                          List.of("node1"),
                          Optional.empty())));
    }
    seen = jobs.size();
    return new Observation.Known(now, jobs);
  }

  @Override
  public Optional<String> allocateJobId() {
    return Optional.empty();
  }

  @Override
  public Submission submit(JobRequest request) {
    throw new IllegalStateException("all jobs run already: " + request);
  }

  @Override
  public Acknowledgement cancel(JobKey job) {
    throw new IllegalStateException("no job is to be ended: " + job);
  }

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
}
