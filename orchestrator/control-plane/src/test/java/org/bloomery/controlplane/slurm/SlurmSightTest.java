package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting.Source;
import org.bloomery.core.observe.JobEnd;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.observe.SchedulerEnd;
import org.bloomery.core.observe.Usage;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.bloomery.core.port.ResourceManager.Submission;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is seen of jobs while SLURM tells the truth, in its own time and manner. */
class SlurmSightTest {
  @TempDir private Path root;
  private SlurmWorld world;

  @BeforeEach
  void open() {
    world = new SlurmWorld(root);
  }

  private JobRequest submitted(int attempt, String script) {
    JobRequest request = world.prepare(attempt, script);
    assertThat(world.manager().submit(request)).isInstanceOf(Submission.Accepted.class);
    return request;
  }

  private Observation.Known look(JobRequest request, Optional<JobKey> key) {
    world.untilNextLook();
    return world.known(world.wanted(request, key));
  }

  private List<JobView> jobs(JobRequest request, JobKey key) {
    return look(request, Optional.of(key)).jobs();
  }

  private JobKey keyOf(JobRequest request) {
    return look(request, Optional.empty()).jobs().get(0).key();
  }

  @Test
  void aJobIsFollowedFromTheQueueToItsBill() {
    JobRequest request = submitted(1, "lives");
    JobView waiting = world.known(world.wanted(request, Optional.empty())).jobs().get(0);
    assertThat(waiting.state()).isEqualTo(JobState.PENDING);
    assertThat(waiting.startedAt()).isEmpty();

    JobView running = look(request, Optional.of(waiting.key())).jobs().get(0);
    assertThat(running.state()).isEqualTo(JobState.RUNNING);
    assertThat(running.startedAt()).hasValue(SlurmWorld.T0.plusSeconds(1));
    assertThat(running.nodes()).containsExactly("n1");

    world.manager().cancel(running.key());
    JobView over = jobs(request, running.key()).get(0);
    assertThat(over.state()).isEqualTo(JobState.ENDED);
    assertThat(over.detail()).isEqualTo("CANCELLED by 1000 (exit code 0:15)");
    assertThat(over.end().orElseThrow().reason()).isEqualTo(SchedulerEnd.CANCELLED);
    Usage usage = over.usage().orElseThrow();
    assertThat(usage.start()).isEqualTo(SlurmWorld.T0.plusSeconds(1));
    assertThat(usage.end()).isEqualTo(SlurmWorld.T0.plusSeconds(30));
    assertThat(usage.allocated()).isEqualTo(new GpuSeconds(58));
    assertThat(usage.charged()).as("by the site's rule").isEqualTo(new GpuSeconds(3 * 58));
    assertThat(usage.source()).isEqualTo(Source.ACCOUNTING);
    assertThat(usage.audited()).isTrue();
  }

  @Test
  void aFinishedJobThatTheQueueHasForgottenIsStillKnown() {
    JobRequest request = submitted(1, "ends");
    world.slurm().advance(FakeSlurm.MIN_JOB_AGE.multipliedBy(3));

    JobView job = look(request, Optional.empty()).jobs().get(0);

    assertThat(job.state()).isEqualTo(JobState.ENDED);
    assertThat(job.usage()).isPresent();
  }

  /** While its last processes leave, the accounting has its final row already. */
  @Test
  void aCompletingJobIsNotOverWhateverTheAccountingSays() {
    JobRequest request = submitted(1, "lives");
    JobKey key = keyOf(request);
    FakeJob job = world.slurm().jobs().get(0);
    job.finish("COMPLETED", "0:0", world.slurm().now());
    job.gone = Optional.of(world.slurm().now().plus(Duration.ofMinutes(20)));
    JobRequest unseen = world.prepare(2, "lives");
    world.untilNextLook();

    Observation.Known seen =
        world.known(
            world.wanted(request, Optional.of(key)), world.wanted(unseen, Optional.empty()));

    assertThat(world.slurm().calls("sacct")).as("asked about the other").isPositive();
    assertThat(world.ofAttempt(1, seen).state()).isEqualTo(JobState.COMPLETING);
    world.slurm().advance(Duration.ofMinutes(20));
    assertThat(jobs(request, key).get(0).state()).isEqualTo(JobState.ENDED);
  }

  /** Accounting lags: it is over, but what it used is not known before its row is final. */
  @Test
  void aLaggingAccountingIsWaitedFor() {
    world.slurm().setAccountingLag(Duration.ofMinutes(2));
    JobRequest request = submitted(1, "lives");
    JobKey key = keyOf(request);
    world.slurm().jobs().get(0).cancel(world.slurm().now());
    world.slurm().advance(Duration.ofSeconds(5));

    JobView over = jobs(request, key).get(0);
    assertThat(over.state()).isEqualTo(JobState.ENDED);
    assertThat(over.usage()).isEmpty();

    world.slurm().advance(Duration.ofMinutes(2));
    assertThat(jobs(request, key).get(0).usage()).isPresent();
  }

  /** A zombie on a lost node may go on writing: the next attempt waits. */
  @Test
  void aLostNodeIsGivenTimeBeforeTheJobIsOver() {
    JobRequest request = submitted(1, "lives");
    JobKey key = keyOf(request);
    FakeJob job = world.slurm().jobs().get(0);
    Instant lost = world.slurm().now();
    job.finish("NODE_FAIL", "0:0", lost);

    JobView zombie = jobs(request, key).get(0);
    assertThat(zombie.state()).isEqualTo(JobState.COMPLETING);
    assertThat(zombie.detail()).startsWith("NODE_FAIL: until 2031-05-04T08:05:30Z");
    assertThat(zombie.usage()).isEmpty();

    world.slurm().advance(SlurmWorld.NODE_FAIL_GRACE);
    JobView over = jobs(request, key).get(0);
    assertThat(over.state()).isEqualTo(JobState.ENDED);
    assertThat(over.end().orElseThrow().reason()).isEqualTo(SchedulerEnd.NODE_FAIL);
    assertThat(over.usage().orElseThrow().end()).isEqualTo(lost);
  }

  /** Nothing but the state of its nodes says which one it was, and that may soon be over. */
  @Test
  void theNodeThatWasLostIsNamed() {
    JobRequest request = submitted(1, "lives");
    JobKey key = keyOf(request);
    world.slurm().loseNode("n1");
    world.slurm().jobs().get(0).finish("NODE_FAIL", "0:0", world.slurm().now());
    jobs(request, key);
    world.slurm().repairNode("n1");
    world.slurm().advance(SlurmWorld.NODE_FAIL_GRACE);

    JobView over = jobs(request, key).get(0);
    world.untilNextLook();
    jobs(request, key);

    assertThat(over.end()).contains(new JobEnd(SchedulerEnd.NODE_FAIL, List.of("n1")));
    assertThat(world.slurm().calls("sinfo")).as("looks at the nodes of a job").isEqualTo(2);
  }

  /** A node that was unfit before the job started was not one that it lost. */
  @Test
  void aNodeThatWasDownBeforeIsNotBlamed() {
    world.slurm().loseNode("n1");
    world.slurm().advance(Duration.ofSeconds(1));
    JobRequest request = submitted(1, "lives");
    JobKey key = keyOf(request);
    world.slurm().jobs().get(0).finish("NODE_FAIL", "0:0", world.slurm().now());
    world.slurm().advance(SlurmWorld.NODE_FAIL_GRACE);

    assertThat(jobs(request, key).get(0).end()).contains(JobEnd.of(SchedulerEnd.NODE_FAIL));
  }

  /** Same id, new submit time: another incarnation, with a bill of its own. */
  @Test
  void aRequeuedJobIsTwoJobs() {
    JobRequest request = submitted(1, "lives");
    JobKey first = keyOf(request);
    world.slurm().requeue(world.slurm().jobs().get(0));

    List<JobView> jobs = jobs(request, first);

    assertThat(jobs).hasSize(2);
    JobView past = jobs.stream().filter(j -> j.key().equals(first)).findFirst().orElseThrow();
    JobView next = jobs.stream().filter(j -> !j.key().equals(first)).findFirst().orElseThrow();
    assertThat(past.state()).isEqualTo(JobState.ENDED);
    assertThat(past.end().orElseThrow().reason()).isEqualTo(SchedulerEnd.REQUEUED);
    assertThat(past.usage()).isPresent();
    assertThat(next.key().jobId()).isEqualTo(first.jobId());
    assertThat(next.key().submitEpoch()).isGreaterThan(first.submitEpoch());
    assertThat(next.detail()).as("fenced by the claim").startsWith("FAILED (exit code 78:0)");
  }

  /** An id comes round again: the new job is somebody else's, and the old one stays what it was. */
  @Test
  void aReusedIdIsAnotherJob() {
    JobRequest request = submitted(1, "ends");
    JobKey key = keyOf(request);
    world.slurm().advance(FakeSlurm.MIN_JOB_AGE.multipliedBy(2));
    world.restart();
    world.slurm().nextId(Integer.parseInt(key.jobId()));
    FakeJob stranger = world.slurm().add(FakeSlurm.USER, "plot", Path.of("/elsewhere"), "strange");
    assertThat(stranger.id).isEqualTo(key.jobId());

    assertThat(jobs(request, key)).singleElement().matches(job -> !job.mayLive());
    world.manager().cancel(key);
    assertThat(stranger.isOver()).as("not touched").isFalse();
  }

  @Test
  void jobsOfOthersAreNotOurs() {
    JobRequest request = world.prepare(1, "lives");
    Path directory = Path.of(request.directory());
    world.slurm().add("grace", request.jobName(), directory, "strange");
    world.slurm().add(FakeSlurm.USER, request.jobName(), root.resolve("elsewhere"), "strange");
    world.slurm().add(FakeSlurm.USER, "plot-losses", directory, "strange");
    world.slurm().add(FakeSlurm.USER, "we|ird\nname|end", directory, "strange");

    assertThat(look(request, Optional.empty()).jobs()).isEmpty();
  }

  /** A job of an attempt that nobody waits for any more must be seen, to be ended. */
  @Test
  void aStrayJobOfTheSameRunIsShown() {
    JobRequest old = submitted(3, "lives");
    JobRequest current = submitted(7, "lives");

    assertThat(look(current, Optional.empty()).jobs())
        .extracting(JobView::attempt)
        .containsExactlyInAnyOrder(Optional.of(3), Optional.of(7));
    assertThat(old.jobName()).isEqualTo(current.jobName());
  }

  /** Nothing else is to be learnt, so nobody else would ask the accounting. */
  @Test
  void aStrayJobThatHasLeftTheQueueIsBilledAlsoAfterItsRunIsSettled() {
    JobRequest request = submitted(1, "ends");
    JobKey key = keyOf(request);
    jobs(request, key);
    JobKey stray = keyOf(submitted(2, "lives"));
    FakeJob job = world.slurm().rename(world.slurm().jobs().get(1), "do-not-touch");
    job.cancel(world.slurm().now());
    world.slurm().advance(FakeSlurm.MIN_JOB_AGE.multipliedBy(2));

    assertThat(world.known(world.wanted(request, Optional.of(key), List.of(stray))).jobs())
        .filteredOn(seen -> seen.key().equals(stray))
        .singleElement()
        .matches(seen -> seen.usage().filter(Usage::audited).isPresent());
  }

  /** An administrator can rename a job; it stays the attempt's. */
  @Test
  void aRenamedJobIsStillTheSame() {
    JobRequest request = submitted(1, "lives");
    JobKey key = keyOf(request);
    FakeJob job = world.slurm().rename(world.slurm().jobs().get(0), "do-not-touch");

    JobView running = jobs(request, key).get(0);
    assertThat(running.jobName()).isEqualTo(request.jobName());
    assertThat(running.state()).isEqualTo(JobState.RUNNING);

    world.manager().cancel(key);
    assertThat(job.isOver()).isTrue();
    world.slurm().advance(FakeSlurm.MIN_JOB_AGE.multipliedBy(2));
    assertThat(jobs(request, key).get(0).usage()).isPresent();
  }

  /** The name leads only to the earlier job that had the id: that one settles nothing. */
  @Test
  void aRenamedJobIsFoundThoughAnEarlierOneOfTheRunHadItsId() {
    JobKey first = keyOf(submitted(1, "ends"));
    world.slurm().advance(FakeSlurm.MIN_JOB_AGE.multipliedBy(2));
    world.slurm().nextId(Integer.parseInt(first.jobId()));
    JobRequest request = submitted(2, "lives");
    JobKey key = keyOf(request);
    assertThat(key.jobId()).isEqualTo(first.jobId());

    FakeJob job = world.slurm().rename(world.slurm().jobs().get(1), "do-not-touch");
    job.cancel(world.slurm().now());
    world.slurm().advance(FakeSlurm.MIN_JOB_AGE.multipliedBy(2));

    assertThat(jobs(request, key))
        .filteredOn(seen -> seen.key().equals(key))
        .singleElement()
        .matches(seen -> seen.usage().isPresent());
  }

  @Test
  void itsUsersHoldIsSeenAndAnAdministratorsIsNot() {
    JobRequest request = world.prepare(1, "lives");
    world.manager().submit(request);
    FakeJob job = world.slurm().jobs().get(0);
    job.held = true;
    job.reason = "JobHeldUser";
    assertThat(look(request, Optional.empty()).jobs().get(0).held()).isTrue();

    job.reason = "JobHeldAdmin";
    JobView held = look(request, Optional.empty()).jobs().get(0);
    assertThat(held.held()).isFalse();
    assertThat(held.detail()).isEqualTo("PENDING: JobHeldAdmin");
  }

  @Test
  void aStateThatNobodyKnowsIsKeptAsItIs() {
    JobRequest request = submitted(1, "lives");
    JobKey key = keyOf(request);
    world.slurm().jobs().get(0).state = "HIBERNATING";

    JobView job = jobs(request, key).get(0);

    assertThat(job.state()).isEqualTo(JobState.UNRECOGNISED);
    assertThat(job.detail()).isEqualTo("HIBERNATING");
  }

  /** A job that waits for another was never eligible, and sacct hides such rows by default. */
  @Test
  void aSuccessorWaitsForTheLastProcessOfItsPredecessor() throws Exception {
    JobRequest first = submitted(1, "lives");
    JobKey key = keyOf(first);
    JobRequest second = world.prepare(2, "lives");
    world.manager().submit(world.after(second, key));
    world.manager().cancel(key);
    FakeJob job = world.slurm().jobs().get(0);
    job.gone = Optional.of(world.slurm().now().plus(Duration.ofMinutes(10)));

    JobView waiting = world.ofAttempt(2, look(second, Optional.empty()));
    assertThat(waiting.state()).isEqualTo(JobState.PENDING);
    assertThat(waiting.detail()).isEqualTo("PENDING: Dependency");
    world.slurm().advance(Duration.ofMinutes(10));
    assertThat(world.ofAttempt(2, look(second, Optional.empty())).state())
        .isEqualTo(JobState.RUNNING);
    assertThat(Files.exists(Path.of(second.directory()).resolve("claim"))).isTrue();
  }
}
