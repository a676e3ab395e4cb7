package org.bloomery.simulation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.port.ResourceManager;

/** A resource manager that passes everything on, but for what a mutant does differently. */
class PassingResourceManager implements ResourceManager {
  private final ResourceManager real;

  PassingResourceManager(ResourceManager real) {
    this.real = real;
  }

  @Override
  public Optional<String> allocateJobId() {
    return real.allocateJobId();
  }

  @Override
  public Submission submit(JobRequest request) {
    return real.submit(request);
  }

  @Override
  public Observation observe(List<Wanted> wanted, Instant now) {
    return real.observe(wanted, now);
  }

  @Override
  public Acknowledgement cancel(JobKey job) {
    return real.cancel(job);
  }

  @Override
  public Acknowledgement hold(JobKey job) {
    return real.hold(job);
  }

  @Override
  public Acknowledgement release(JobKey job) {
    return real.release(job);
  }

  @Override
  public Acknowledgement exclude(JobKey job, List<String> nodes) {
    return real.exclude(job, nodes);
  }
}
