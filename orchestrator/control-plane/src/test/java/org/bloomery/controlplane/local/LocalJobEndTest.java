package org.bloomery.controlplane.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.Posting.Source;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Usage;
import org.bloomery.core.port.ResourceManager.Acknowledgement;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.junit.jupiter.api.Test;

/** A job is ended with all its processes, and nothing else is touched. */
class LocalJobEndTest extends LocalJobsTest {
  @Test
  void whatAKilledScriptLeavesBehindIsNotOverUntilItIsGone() throws IOException {
    JobRequest request = jobs.prepare(1, LocalJobs.PARENT);
    JobIdentity job = submit(request);
    await(() -> only(request).startedAt().isPresent() && jobs.living().size() > 1);

    kill(job.pid());
    await(() -> only(request).state() == JobState.COMPLETING);
    assertThat(only(request).usage()).isEmpty();

    jobs.living().forEach(entry -> entry.handle().destroyForcibly());
    await(() -> only(request).state() == JobState.ENDED);
    Usage usage = only(request).usage().orElseThrow();
    assertThat(usage.source()).isEqualTo(Source.LAST_SIGN_OF_LIFE);
    assertThat(usage.audited()).isFalse();
  }

  @Test
  void whatAKilledScriptLeavesBehindCanBeCancelled() throws IOException {
    JobRequest request = jobs.prepare(1, LocalJobs.PARENT);
    JobIdentity job = submit(request);
    await(() -> only(request).startedAt().isPresent() && jobs.living().size() > 1);
    kill(job.pid());
    await(() -> only(request).state() == JobState.COMPLETING);

    cancelUntilOver(request, only(request).key());

    assertThat(jobs.living()).isEmpty();
  }

  @Test
  void askedToLeaveAJobWritesDownHowItEnded() {
    JobRequest request = jobs.prepare(1, LocalJobs.POLITE);
    submit(request);
    await(() -> only(request).startedAt().isPresent());

    JobView over = cancelUntilOver(request, only(request).key());

    assertThat(over.usage().orElseThrow().source()).isEqualTo(Source.EXIT_RECORD);
    assertThat(Path.of(request.directory()).resolve("exit.json")).content().contains("terminated");
  }

  @Test
  void aJobThatDoesNotLeaveIsKilledAfterTheWaitAndNotBefore() {
    JobRequest request = jobs.prepare(1, LocalJobs.STUBBORN);
    submit(request);
    await(() -> only(request).startedAt().isPresent());
    JobKey key = only(request).key();

    for (int i = 0; i < 10; i++) {
      jobs.manager().cancel(key);
      pause();
    }
    assertThat(only(request).state()).isEqualTo(JobState.RUNNING);

    jobs.advance(LocalJobs.KILL_WAIT);
    JobView over = cancelUntilOver(request, key);
    assertThat(over.usage().orElseThrow().source()).isEqualTo(Source.LAST_SIGN_OF_LIFE);
    assertThat(jobs.living()).isEmpty();
  }

  @Test
  void aProcessThatBeginsASessionOfItsOwnStillBelongsToItsJob() {
    JobRequest request = jobs.prepare(1, "claim\nsetsid sleep 600 &\nwait\n");
    JobIdentity job = submit(request);
    await(() -> jobs.living().stream().anyMatch(LocalJobEndTest::leadsAnotherSession));

    assertThat(only(request).key().jobId()).isEqualTo(job.jobId());
    cancelUntilOver(request, only(request).key());
    assertThat(jobs.living()).isEmpty();
  }

  private static boolean leadsAnotherSession(Snapshot.Entry entry) {
    return entry.session() == entry.self().pid() && !entry.marked(entry.self().jobId());
  }

  @Test
  void aReusedProcessIdIsNeverSignalled() {
    JobRequest request = jobs.prepare(1, LocalJobs.POLITE);
    JobIdentity job = submit(request);
    await(() -> only(request).startedAt().isPresent());
    JobIdentity earlier = new JobIdentity(job.boot(), job.pid(), job.startTicks() - 1);
    JobIdentity anotherBoot = new JobIdentity("00000000", job.pid(), job.startTicks());

    for (JobIdentity gone : List.of(earlier, anotherBoot)) {
      for (int i = 0; i < 3; i++) {
        assertThat(jobs.manager().cancel(key(gone.jobId())))
            .isInstanceOf(Acknowledgement.Done.class);
        jobs.advance(LocalJobs.KILL_WAIT);
      }
    }
    pause();

    assertThat(only(request).state()).isEqualTo(JobState.RUNNING);
    assertThat(Path.of(request.directory()).resolve("exit.json")).doesNotExist();
  }

  @Test
  void aProcessWithoutOurMarksIsNotTouched() throws Exception {
    Process foreign = new ProcessBuilder("sleep", "600").start();
    try {
      JobKey key = key(LocalJobs.identity(foreign.pid()).jobId());
      for (int i = 0; i < 3; i++) {
        assertThat(jobs.manager().cancel(key))
            .isInstanceOfSatisfying(
                Acknowledgement.NotKnown.class,
                no -> assertThat(no.why()).contains("no mark of ours"));
        jobs.advance(LocalJobs.KILL_WAIT);
      }
      assertThat(foreign.isAlive()).isTrue();
    } finally {
      foreign.destroyForcibly().waitFor();
    }
  }

  @Test
  void jobsOfOtherClustersAndOddIdsAreNotOurs() {
    for (JobKey odd :
        List.of(new JobKey("jean-zay", "4711", 1), key("4711"), key("1; kill -9 -1"))) {
      assertThat(jobs.manager().cancel(odd)).isInstanceOf(Acknowledgement.NotKnown.class);
    }
  }
}
