package org.bloomery.controlplane.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting.Source;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.observe.Usage;
import org.bloomery.core.port.ResourceManager.Acknowledgement;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.bloomery.core.port.ResourceManager.Submission;
import org.junit.jupiter.api.Test;

/** What is seen of a job, whatever is left of it; and that not seeing is no answer. */
class LocalJobSightTest extends LocalJobsTest {
  @Test
  void aJobThatDiesBeforeItsClaimIsOverAndCostsNothing() {
    JobRequest request = jobs.prepare(1, "exit 3\n");
    JobIdentity job = submit(request);
    await(() -> !only(request).mayLive());

    Usage usage = only(request).usage().orElseThrow();
    assertThat(usage.allocated()).isEqualTo(GpuSeconds.ZERO);
    assertThat(usage.source()).isEqualTo(Source.LAST_SIGN_OF_LIFE);
    assertThat(jobs.manager().submit(request)).isEqualTo(new Submission.Accepted(job.jobId()));
    assertThat(starts(request)).hasContent("started\n");
  }

  @Test
  void aKnownJobWithoutAnyTraceIsOver() {
    JobRequest request = jobs.prepare(1, LocalJobs.ENDS);
    JobKey key = new JobKey("local", "00000000-17-4711", 1_700_000_000);

    JobView job = known(jobs.manager(), wanted(request, Optional.of(key))).get(0);

    assertThat(job.key()).isEqualTo(key);
    assertThat(job.state()).isEqualTo(JobState.ENDED);
    Instant submitted = Instant.ofEpochSecond(1_700_000_000);
    assertThat(job.usage())
        .hasValue(
            new Usage(
                submitted,
                submitted,
                GpuSeconds.ZERO,
                GpuSeconds.ZERO,
                Source.LAST_SIGN_OF_LIFE,
                false));
  }

  @Test
  void aJobOfAnEarlierBootIsOverAndBilledToItsLastSignOfLife() throws IOException {
    JobRequest request = jobs.prepare(1, LocalJobs.ENDS);
    Path directory = Path.of(request.directory());
    claim(request, "00000000-1-1", 1_700_000_000);
    Files.writeString(directory.resolve("train.log"), "iteration 1\n");
    touch(directory.resolve("claim"), 1_700_000_000);
    touch(directory.resolve("train.log"), 1_700_000_100);

    JobView job = only(request);

    assertThat(job.state()).isEqualTo(JobState.ENDED);
    assertThat(job.startedAt()).hasValue(Instant.ofEpochSecond(1_700_000_000));
    assertThat(job.nodes()).containsExactly(host());
    assertThat(job.usage().orElseThrow().allocated()).isEqualTo(new GpuSeconds(2 * 100));
    assertThat(job.usage().orElseThrow().audited()).isFalse();
  }

  @Test
  void aJobOfAnotherHostThatMayLiveThereIsNotTakenForOver() throws IOException {
    JobRequest request = jobs.prepare(1, LocalJobs.ENDS);
    claim(request, "00000000-1-1", 1_700_000_000, "login2");

    JobView job = only(request);

    assertThat(job.state()).isEqualTo(JobState.UNRECOGNISED);
    assertThat(job.detail()).contains("login2");
    assertThat(job.usage()).isEmpty();
  }

  @Test
  void anExitRecordIsTheBillAlsoWhenTheClockWasSetBack() throws IOException {
    JobRequest request = jobs.prepare(1, LocalJobs.ENDS);
    claim(request, "00000000-1-1", 1_700_000_000);
    exit(request, "00000000-1-1", 1_700_000_000, 1_700_003_601);
    assertThat(only(request).usage().orElseThrow().charged()).isEqualTo(new GpuSeconds(2 * 3601));

    exit(request, "00000000-1-1", 1_700_000_000, 1_600_000_000);
    assertThat(only(request).usage().orElseThrow().charged()).isEqualTo(GpuSeconds.ZERO);
  }

  @Test
  void twoLivingSessionsOfOneAttemptAreTwoJobs() throws IOException {
    JobRequest request = jobs.prepare(1, LocalJobs.POLITE.replace("claim\n", ""));
    JobIdentity first = submit(request);
    JobIdentity second = jobs.startAnother(request);
    await(() -> jobs.living().size() >= 4);

    assertThat(look(request))
        .allMatch(job -> job.state() == JobState.RUNNING)
        .extracting(job -> job.key().jobId())
        .containsExactlyInAnyOrder(first.jobId(), second.jobId());

    cancelOnly(second);
    assertThat(jobs.living())
        .allMatch(entry -> entry.marked(first.jobId()), "belongs to the first");
  }

  private void cancelOnly(JobIdentity job) {
    await(
        () -> {
          jobs.manager().cancel(key(job.jobId()));
          return jobs.living().stream().noneMatch(entry -> entry.marked(job.jobId()));
        });
  }

  @Test
  void aFencedDuplicateIsOverAndCostsNothing() throws IOException {
    JobRequest request = jobs.prepare(1, LocalJobs.POLITE);
    JobIdentity owner = submit(request);
    await(() -> only(request).startedAt().isPresent());
    JobIdentity duplicate = jobs.startAnother(request);
    await(() -> look(request).size() == 1);

    List<JobView> seen =
        known(jobs.manager(), wanted(request, Optional.of(key(duplicate.jobId()))));

    assertThat(seen).hasSize(2);
    assertThat(seen.get(0).key().jobId()).isEqualTo(owner.jobId());
    assertThat(seen.get(0).state()).isEqualTo(JobState.RUNNING);
    assertThat(seen.get(1).state()).isEqualTo(JobState.ENDED);
    assertThat(seen.get(1).usage().orElseThrow().charged()).isEqualTo(GpuSeconds.ZERO);
    assertThat(seen.get(1).usage().orElseThrow().audited()).isTrue();
  }

  @Test
  void aClaimThatSaysNothingYetIsNoReasonToDoubtTheJob() throws IOException {
    JobRequest request = jobs.prepare(1, ": > claim\nexec sleep 600\n");
    JobIdentity job = submit(request);
    await(() -> Files.exists(Path.of(request.directory()).resolve("claim")));

    assertThat(only(request).state()).isEqualTo(JobState.RUNNING);
    assertThat(only(request).startedAt()).isEmpty();

    cancelUntilOver(request, key(job.jobId()));
    assertThat(only(request).usage().orElseThrow().source()).isEqualTo(Source.LAST_SIGN_OF_LIFE);
  }

  @Test
  void whatCannotBeReadIsUnknownAndNeverAnEmptyList() throws IOException {
    JobRequest request = jobs.prepare(1, LocalJobs.ENDS);
    Path file = Files.writeString(temporary.resolve("file"), "");
    Path emptyProc = Files.createDirectories(temporary.resolve("proc"));

    // A file where the attempt's directory should be.
    JobRequest blocked =
        new JobRequest(
            request.run(),
            1,
            request.jobName(),
            file.toString(),
            2,
            request.timeLimit(),
            "",
            Optional.empty(),
            Optional.empty(),
            List.of());
    assertUnknown(jobs.manager(), blocked);
    // The root of all runs is not there.
    JobRequest unmounted =
        new JobRequest(
            request.run(),
            1,
            request.jobName(),
            temporary.resolve("gone/bloom-test/attempts/0001").toString(),
            2,
            request.timeLimit(),
            "",
            Optional.empty(),
            Optional.empty(),
            List.of());
    assertUnknown(jobs.manager(), unmounted);
    // No processes to be seen, or not even a list of them.
    assertUnknown(jobs.managerOn(emptyProc), request);
    assertUnknown(jobs.managerOn(temporary.resolve("nowhere")), request);
    assertThat(jobs.managerOn(emptyProc).cancel(key("00000000-1-1")))
        .isInstanceOf(Acknowledgement.NotKnown.class);
    assertThat(jobs.managerOn(emptyProc).submit(request)).isInstanceOf(Submission.Ambiguous.class);
    assertThat(starts(request)).doesNotExist();
  }

  private void assertUnknown(LocalResourceManager manager, JobRequest request) {
    assertThat(manager.observe(List.of(wanted(request, Optional.empty())), Instant.now()))
        .isInstanceOf(Observation.Unknown.class);
  }
}
