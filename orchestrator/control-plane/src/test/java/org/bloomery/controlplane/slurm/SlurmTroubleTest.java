package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting.Source;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.observe.Usage;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.bloomery.core.port.ResourceManager.Wanted;
import org.bloomery.core.slurm.Tres;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Daemons that are down, accounting that is silent or missing: unknown, and never a guess. */
class SlurmTroubleTest {
  @TempDir private Path root;
  private SlurmWorld world;
  private JobRequest request;

  @BeforeEach
  void open() {
    world = new SlurmWorld(root);
    request = world.prepare(1, "lives");
  }

  private Wanted unseen() {
    return world.wanted(request, Optional.empty());
  }

  private Wanted seen(JobKey key) {
    return world.wanted(request, Optional.of(key));
  }

  private JobKey running() {
    world.manager().submit(request);
    world.untilNextLook();
    return world.known(unseen()).jobs().get(0).key();
  }

  private Observation of(Observation all) {
    return all.of(request.jobName());
  }

  private void forgetTheJob() {
    world.slurm().advance(FakeSlurm.MIN_JOB_AGE.multipliedBy(2));
  }

  private void loseTheJobWithoutATrace() throws IOException {
    FakeJob job = world.slurm().jobs().get(0);
    job.finish("FAILED", "1:0", world.slurm().now());
    Files.deleteIfExists(job.directory.resolve("exit.json"));
  }

  @Test
  void aControllerThatIsDownIsUnknownAndNotAnEmptyQueue() {
    JobKey key = running();
    world.slurm().setControllerDown(true);
    world.untilNextLook();

    assertThat(world.observe(seen(key)))
        .isInstanceOfSatisfying(
            Observation.Unknown.class,
            unknown -> assertThat(unknown.why()).contains("Unable to contact slurm controller"));

    world.slurm().setControllerDown(false);
    world.slurm().advance(Duration.ofMinutes(5));
    assertThat(world.known(seen(key)).jobs().get(0).state()).isEqualTo(JobState.RUNNING);
  }

  @Test
  void whatLivesIsSeenWithoutAccounting() {
    JobKey key = running();
    world.slurm().setAccountingDown(true);
    world.untilNextLook();

    assertThat(world.known(seen(key)).jobs().get(0).state()).isEqualTo(JobState.RUNNING);
  }

  /** The queue and the exit record do for whether it lives; its bill waits for the accounting. */
  @Test
  void aJobThatSaysHowItEndedIsOverAlthoughAccountingIsSilent() {
    JobKey key = running();
    world.slurm().setAccountingDown(true);
    world.slurm().jobs().get(0).cancel(world.slurm().now());
    forgetTheJob();

    JobView over = world.known(seen(key)).jobs().get(0);
    assertThat(over.state()).isEqualTo(JobState.ENDED);
    assertThat(over.detail()).isEqualTo("gone, after its exit record: terminated, exit code 143");
    assertThat(over.usage()).isEmpty();

    world.slurm().setAccountingDown(false);
    world.untilNextLook();
    Usage usage = world.known(seen(key)).jobs().get(0).usage().orElseThrow();
    assertThat(usage.source()).isEqualTo(Source.ACCOUNTING);
    assertThat(usage.audited()).isTrue();
  }

  @Test
  void aJobThatLeftWithoutAWordIsUnclearWhileAccountingIsSilentAndTheOthersAreNot()
      throws IOException {
    JobKey key = running();
    JobRequest other = world.prepare("other", 1, "lives");
    world.manager().submit(other);
    loseTheJobWithoutATrace();
    world.slurm().setAccountingDown(true);
    forgetTheJob();

    Observation all = world.observe(seen(key), world.wanted(other, Optional.empty()));

    assertThat(of(all))
        .isInstanceOfSatisfying(
            Observation.Unknown.class,
            unknown -> assertThat(unknown.why()).contains("accounting does not answer"));
    assertThat(all.of(other.jobName()))
        .isInstanceOfSatisfying(
            Observation.Known.class, known -> assertThat(known.jobs()).hasSize(1));
  }

  /**
   * A job may have been accepted, have run and have been forgotten: silence is no proof of none.
   */
  @Test
  void whileAccountingIsSilentAMissingJobIsNoMissingJob() {
    world.slurm().setAccountingDown(true);

    assertThat(of(world.observe(unseen()))).isInstanceOf(Observation.Unknown.class);
  }

  @Test
  void whatWasSettledOnceStaysSettledWhateverIsSilentLater() {
    JobKey key = running();
    world.manager().cancel(key);
    world.untilNextLook();
    JobView settled = world.known(seen(key)).jobs().get(0);
    assertThat(settled.usage()).isPresent();

    world.slurm().setAccountingDown(true);
    forgetTheJob();

    assertThat(world.known(seen(key)).jobs()).containsExactly(settled);
  }

  /** A sign of life is believed, as the careful way; a word that nobody knows is not. */
  @Test
  void onlyASignOfLifeTakesASettledEndBack() {
    JobKey key = running();
    world.manager().cancel(key);
    world.untilNextLook();
    JobView settled = world.known(seen(key)).jobs().get(0);
    assertThat(settled.usage()).isPresent();
    FakeJob job = world.slurm().jobs().get(0);

    job.state = "HIBERNATING";
    world.untilNextLook();
    assertThat(world.known(seen(key)).jobs()).containsExactly(settled);

    job.state = "RUNNING";
    job.end = Optional.empty();
    world.untilNextLook();
    assertThat(world.known(seen(key)).jobs().get(0).state()).isEqualTo(JobState.RUNNING);
  }

  @Test
  void whenAccountingIsSilentForTooLongTheJobsOwnRecordIsTheBill() {
    JobKey key = running();
    world.slurm().jobs().get(0).cancel(world.slurm().now());
    world.slurm().setAccountingDown(true);
    forgetTheJob();
    assertThat(world.known(seen(key)).jobs().get(0).usage()).isEmpty();

    for (Duration waited = Duration.ZERO;
        waited.compareTo(SlurmWorld.ACCOUNTING_GRACE) < 0;
        waited = waited.plus(SlurmWorld.INTERVAL)) {
      world.untilNextLook();
      world.observe(seen(key));
    }

    Usage usage = world.known(seen(key)).jobs().get(0).usage().orElseThrow();
    assertThat(usage.source()).isEqualTo(Source.EXIT_RECORD);
    assertThat(usage.audited()).isFalse();
    assertThat(usage.start()).isEqualTo(SlurmWorld.T0.plusSeconds(1));
    assertThat(usage.allocated()).isEqualTo(new GpuSeconds(2 * 29));
  }

  @Test
  void aSiteWithoutAccountingIsJudgedByTheQueueAndTheRecord() {
    world.slurm().switchAccountingOff();
    JobKey key = running();
    world.slurm().jobs().get(0).cancel(world.slurm().now());
    world.slurm().advance(Duration.ofSeconds(5));
    world.untilNextLook();

    JobView fresh = world.known(seen(key)).jobs().get(0);
    assertThat(fresh.state()).isEqualTo(JobState.ENDED);
    assertThat(fresh.usage().orElseThrow().audited()).isFalse();
    forgetTheJob();
    JobView later = world.known(seen(key)).jobs().get(0);
    assertThat(later.usage()).isEqualTo(fresh.usage());
  }

  /** Twenty looks in a row over two hours, and not one less of either. */
  @Test
  void withoutAccountingAJobIsLostAfterManyLooksOverALongTime() throws IOException {
    world.slurm().switchAccountingOff();
    JobKey key = running();
    loseTheJobWithoutATrace();
    forgetTheJob();

    assertThat(world.known(seen(key)).jobs()).as("first miss").isEmpty();
    for (int look = 2; look <= 30; look++) {
      world.untilNextLook();
      assertThat(world.known(seen(key)).jobs()).as("look %d, too soon", look).isEmpty();
    }
    world.slurm().advance(Duration.ofHours(2));

    JobView lost = world.known(seen(key)).jobs().get(0);
    assertThat(lost.state()).isEqualTo(JobState.ENDED);
    assertThat(lost.usage().orElseThrow().source()).isEqualTo(Source.LAST_SIGN_OF_LIFE);
  }

  @Test
  void aStreakOfMissesIsBrokenByOneSightAndByARestart() throws IOException {
    world.slurm().switchAccountingOff();
    JobKey key = running();
    FakeJob job = world.slurm().jobs().get(0);
    world.slurm().hide(job, true);
    for (int look = 1; look <= 19; look++) {
      world.slurm().advance(Duration.ofMinutes(3));
      assertThat(world.known(seen(key)).jobs()).isEmpty();
    }
    world.slurm().hide(job, false);
    job.limit = Duration.ofHours(100);
    world.slurm().advance(Duration.ofMinutes(3));
    assertThat(world.known(seen(key)).jobs()).hasSize(1);

    world.slurm().hide(job, true);
    for (int look = 1; look <= 19; look++) {
      world.slurm().advance(Duration.ofHours(1));
      assertThat(world.known(seen(key)).jobs()).as("only %d misses in a row", look).isEmpty();
    }
    world.restart();
    world.untilNextLook();
    assertThat(world.known(seen(key)).jobs()).as("a new leader counts anew").isEmpty();
  }

  /** A crash between a submission and its first look: the claim tells that there was a job. */
  @Test
  void withoutAccountingAClaimIsEnoughToFindAJobThatNobodySaw() {
    world.slurm().switchAccountingOff();
    world.manager().submit(request);
    world.slurm().advance(Duration.ofSeconds(2));
    world.slurm().jobs().get(0).cancel(world.slurm().now());
    forgetTheJob();
    world.restart();

    JobView over = world.known(unseen()).jobs().get(0);

    assertThat(over.key().jobId()).isEqualTo("1000");
    assertThat(over.state()).isEqualTo(JobState.ENDED);
    assertThat(world.known(seen(over.key())).jobs()).containsExactly(over);
  }

  @Test
  void withoutAccountingAClaimThatSaysNoMoreIsUnclear() throws IOException {
    world.slurm().switchAccountingOff();
    world.manager().submit(request);
    world.slurm().advance(Duration.ofSeconds(2));
    loseTheJobWithoutATrace();
    forgetTheJob();

    assertThat(of(world.observe(unseen())))
        .isInstanceOfSatisfying(
            Observation.Unknown.class,
            unknown -> assertThat(unknown.why()).contains("job 1000 has claimed the attempt"));
  }

  /** Both have answered, and neither has it: whoever counts may believe it in the end. */
  @Test
  void aJobThatNeitherTheQueueNorTheAccountingHasIsMissing() throws IOException {
    JobKey key = running();
    FakeJob job = world.slurm().jobs().get(0);
    Files.deleteIfExists(job.directory.resolve("exit.json"));
    world.slurm().jobs().clear();
    world.untilNextLook();

    assertThat(world.known(seen(key)).jobs()).isEmpty();
    assertThat(world.slurm().calls("scontrol")).as("the controller was asked for it").isPositive();
  }

  /**
   * A controller that dies can forget what it has taken: a job that never began has cost nothing.
   */
  @Test
  void aJobThatNobodyKnowsAndThatNeverBeganIsOverInTheEnd() {
    world.manager().submit(request);
    JobKey key = world.known(unseen()).jobs().get(0).key();
    world.slurm().jobs().clear();

    assertThat(missedFor(key, Duration.ofMinutes(119))).isEmpty();
    Usage usage = missedFor(key, Duration.ofMinutes(15)).get(0).usage().orElseThrow();
    assertThat(usage.allocated()).isEqualTo(GpuSeconds.ZERO);
    assertThat(usage.audited()).isFalse();
  }

  /** Accounting can be behind by hours; after a day nobody expects a row any more. */
  @Test
  void aJobThatHasRunIsBilledByItsOwnRecordAfterADayWithoutARow() {
    JobKey key = running();
    world.slurm().jobs().get(0).cancel(world.slurm().now());
    world.slurm().jobs().clear();

    assertThat(missedFor(key, Duration.ofHours(23)).get(0).usage()).isEmpty();
    JobView over = missedFor(key, Duration.ofHours(2)).get(0);
    assertThat(over.state()).isEqualTo(JobState.ENDED);
    assertThat(over.usage().orElseThrow().source()).isEqualTo(Source.EXIT_RECORD);
  }

  /** A bill that can never come must not keep a run open for ever. */
  @Test
  void aStrayJobThatSlurmHasForgottenCostsNothingAfterADay() {
    world.manager().submit(request);
    JobKey stray = world.known(unseen()).jobs().get(0).key();
    world.slurm().jobs().clear();
    Wanted wanted = world.wanted(world.prepare(2, "lives"), Optional.empty(), List.of(stray));

    assertThat(missedFor(wanted, Duration.ofHours(23))).isEmpty();
    JobView over = missedFor(wanted, Duration.ofHours(2)).get(0);
    assertThat(over.key()).isEqualTo(stray);
    assertThat(over.attempt()).isEmpty();
    assertThat(over.usage().orElseThrow().allocated()).isEqualTo(GpuSeconds.ZERO);
    assertThat(over.usage().orElseThrow().audited()).isFalse();
  }

  private List<JobView> missedFor(JobKey key, Duration span) {
    return missedFor(seen(key), span);
  }

  /** What is seen after so long, with more looks than are needed. */
  private List<JobView> missedFor(Wanted wanted, Duration span) {
    int looks = 25;
    List<JobView> seen = List.of();
    for (int look = 0; look < looks; look++) {
      world.slurm().advance(span.dividedBy(looks));
      seen = world.known(wanted).jobs();
    }
    return seen;
  }

  @Test
  void aDirectoryThatCannotBeReadIsUnclear() throws IOException {
    JobKey key = running();
    loseTheJobWithoutATrace();
    forgetTheJob();
    world.slurm().jobs().clear();
    Path moved = root.resolveSibling(root.getFileName() + "-moved");
    Files.move(root.resolve("bloom-test"), moved);
    Files.writeString(root.resolve("bloom-test"), "not a directory");

    assertThat(of(world.observe(seen(key))))
        .isInstanceOfSatisfying(
            Observation.Unknown.class,
            unknown -> assertThat(unknown.why()).contains("cannot read the attempt's directory"));
    Files.delete(root.resolve("bloom-test"));
    Files.move(moved, root.resolve("bloom-test"));
  }

  /** The site counts no devices: what was asked for counts, and nobody has confirmed it. */
  @Test
  void devicesThatNobodyCountedAreNotAudited() {
    AccountingRow row =
        new AccountingRow(
            "1",
            "COMPLETED",
            java.util.OptionalLong.of(100),
            java.util.OptionalLong.of(110),
            java.util.OptionalLong.of(130),
            java.util.OptionalLong.of(20),
            Tres.parse("billing=2,cpu=2,mem=2000M,node=1"),
            List.of("n1"),
            "0:0",
            "/runs/x/attempts/0001",
            "ada",
            "train",
            "x-0a1b2c");

    Usage usage = Bill.of(row, 8, SlurmWorld.SITE);

    assertThat(usage.allocated()).isEqualTo(new GpuSeconds(160));
    assertThat(usage.audited()).isFalse();
  }
}
