package org.bloomery.core.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.observe.Usage;
import org.bloomery.core.port.ResourceManager.Acknowledgement;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.bloomery.core.port.ResourceManager.Submission;
import org.bloomery.core.port.ResourceManager.Wanted;
import org.junit.jupiter.api.Test;

/** What the control plane relies on, whichever resource manager it talks to. */
public abstract class ResourceManagerContract {
  /** So many looks are waited for something that must happen. */
  private static final int LOOKS_MAX = 600;

  /** What a job's script does after it has claimed its attempt. */
  public enum Behaviour {
    /** Ends at once, with success. */
    ENDS,
    /** Goes on until it is asked to leave, and leaves then. */
    LIVES
  }

  /** The resource manager under test; the same one each time until {@link #restart}. */
  protected abstract ResourceManager manager();

  /** Forgets all memory, as when the control plane is killed and started again. */
  protected abstract void restart();

  /** Lays down an attempt of this test's run whose job behaves so. */
  protected abstract JobRequest prepare(int attempt, Behaviour behaviour);

  protected abstract Instant now();

  /** Lets a little time pass between two looks: real time, or simulated. */
  protected abstract void pause();

  @Test
  void anAttemptThatWasNeverSubmittedHasNoJob() {
    assertThat(look(wanted(prepare(1, Behaviour.LIVES)))).isEmpty();
  }

  @Test
  void nothingWantedIsAnAnswerToo() {
    assertThat(manager().observe(List.of(), now())).isInstanceOf(Observation.Known.class);
  }

  @Test
  void aSubmittedJobIsSeenUnderItsAttemptAndRuns() {
    JobRequest request = submitted(1, Behaviour.LIVES);

    JobView job = await(wanted(request), view -> view.state() == JobState.RUNNING);

    assertThat(job.jobName()).isEqualTo(request.jobName());
    assertThat(job.attempt()).hasValue(1);
    assertThat(job.nodes()).isNotEmpty();
    assertThat(job.usage()).isEmpty();
  }

  @Test
  void aJobKeepsItsKeyForEver() {
    JobRequest request = submitted(1, Behaviour.LIVES);
    JobView before = await(wanted(request), view -> view.startedAt().isPresent());

    restart();
    assertThat(only(wanted(request)).key()).isEqualTo(before.key());
    assertThat(only(wanted(request, before.key())).key()).isEqualTo(before.key());

    cancelUntilOver(request, before.key());
    assertThat(only(wanted(request)).key()).isEqualTo(before.key());
  }

  @Test
  void aJobThatLeavesByItselfIsOverWithItsFinalUsage() {
    JobRequest request = submitted(1, Behaviour.ENDS);

    JobView job = await(wanted(request), view -> view.usage().isPresent());

    assertThat(job.state()).isEqualTo(JobState.ENDED);
    Usage usage = job.usage().orElseThrow();
    assertThat(usage.audited()).isTrue();
    assertThat(usage.end()).isAfterOrEqualTo(usage.start());
    assertThat(usage.allocated())
        .isEqualTo(GpuSeconds.of(request.devices(), Duration.between(usage.start(), usage.end())));
    pause();
    assertThat(only(wanted(request, job.key())).usage()).hasValue(usage);
  }

  @Test
  void aCancelledJobEndsAndMayBeCancelledAgain() {
    JobRequest request = submitted(1, Behaviour.LIVES);
    JobView job = await(wanted(request), view -> view.startedAt().isPresent());

    JobView over = cancelUntilOver(request, job.key());

    assertThat(over.usage()).isPresent();
    assertThat(manager().cancel(job.key())).isInstanceOf(Acknowledgement.Done.class);
  }

  @Test
  void cancellingOneJobTouchesNoOther() {
    JobRequest first = submitted(1, Behaviour.LIVES);
    JobKey key = await(wanted(first), view -> view.startedAt().isPresent()).key();
    cancelUntilOver(first, key);
    JobRequest second = submitted(2, Behaviour.LIVES);
    await(wanted(second), view -> view.state() == JobState.RUNNING);

    manager().cancel(key);
    pause();

    assertThat(only(wanted(second)).state()).isEqualTo(JobState.RUNNING);
    assertThat(only(wanted(first, key)).state()).isEqualTo(JobState.ENDED);
  }

  @Test
  void severalAttemptsAreSeenInOneLook() {
    JobRequest first = submitted(1, Behaviour.ENDS);
    await(wanted(first), view -> !view.mayLive());
    JobRequest second = submitted(2, Behaviour.LIVES);
    await(wanted(second), view -> view.state() == JobState.RUNNING);
    pause();

    assertThat(look(wanted(first), wanted(second)))
        .extracting(JobView::attempt)
        .containsExactlyInAnyOrder(Optional.of(1), Optional.of(2));
  }

  /** Prepares and submits an attempt, which must be accepted. */
  protected final JobRequest submitted(int attempt, Behaviour behaviour) {
    JobRequest request = prepare(attempt, behaviour);
    assertThat(manager().submit(request)).isInstanceOf(Submission.Accepted.class);
    return request;
  }

  protected final Wanted wanted(JobRequest request) {
    return wanted(request, Optional.empty());
  }

  protected final Wanted wanted(JobRequest request, JobKey key) {
    return wanted(request, Optional.of(key));
  }

  private Wanted wanted(JobRequest request, Optional<JobKey> key) {
    return new Wanted(
        request.run(),
        request.attempt(),
        request.jobName(),
        request.directory(),
        request.devices(),
        key,
        List.of(),
        now().minus(Duration.ofHours(1)));
  }

  /** All jobs that one look shows; of the wanted attempts' runs it may show others, too. */
  protected final List<JobView> look(Wanted... wanted) {
    Observation seen = manager().observe(List.of(wanted), now());
    if (seen instanceof Observation.Known known) {
      return known.jobs();
    }
    return fail("cannot see: " + seen);
  }

  protected final JobView only(Wanted wanted) {
    List<JobView> jobs = ofAttempt(wanted);
    assertThat(jobs).hasSize(1);
    return jobs.get(0);
  }

  private List<JobView> ofAttempt(Wanted wanted) {
    return look(wanted).stream()
        .filter(job -> job.attempt().equals(Optional.of(wanted.attempt())))
        .toList();
  }

  /** Looks until the only job of an attempt is as it should be. */
  protected final JobView await(Wanted wanted, Predicate<JobView> asItShouldBe) {
    List<JobView> last = List.of();
    for (int i = 0; i < LOOKS_MAX; i++) {
      last = ofAttempt(wanted);
      if (last.size() == 1 && asItShouldBe.test(last.get(0))) {
        return last.get(0);
      }
      pause();
    }
    return fail("still not as it should be after " + LOOKS_MAX + " looks: " + last);
  }

  /** Cancels at each look, as the control plane does, until nothing of the job lives. */
  protected final JobView cancelUntilOver(JobRequest request, JobKey key) {
    for (int i = 0; i < LOOKS_MAX; i++) {
      assertThat(manager().cancel(key)).isInstanceOf(Acknowledgement.Done.class);
      JobView job = only(wanted(request, key));
      if (!job.mayLive()) {
        return job;
      }
      pause();
    }
    return fail("still alive after " + LOOKS_MAX + " requests to leave: " + key);
  }
}
