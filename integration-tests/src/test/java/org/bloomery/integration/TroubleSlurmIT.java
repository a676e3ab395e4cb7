package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bloomery.controlplane.api.DescriptionView;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.run.RunEvent;
import org.bloomery.integration.SlurmContainer.Daemon;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Goal: whatever happens to a real SLURM and to its jobs, a run is trained once, goes on, and is
 * billed as the accounting has it. Method: a control plane, a small training of the stand-in, and
 * one fault while it runs.
 */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class TroubleSlurmIT {
  private static final int DEVICES = 2;

  /** Ten a second: a training of these is not over before the fault is there. */
  private static final int ITERATIONS = 200;

  private static SlurmContainer cluster;
  private static ClusterControl control;

  @BeforeAll
  static void start() throws Exception {
    cluster = SlurmContainer.shared();
    cluster.setStepTime(Duration.ofMillis(100));
    control = ClusterControl.start(cluster);
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @AfterEach
  void heal() throws Exception {
    cluster.heal();
  }

  @Test
  void aControllerThatDiesInMidSubmitCostsNothing() throws Exception {
    cluster.freeze(Daemon.SLURMCTLD);
    control.submit("mid-submit", ITERATIONS);
    cluster.await(
        found -> !found.isEmpty(),
        "sh",
        "-c",
        "grep -lx sbatch /proc/[0-9]*/comm 2> /dev/null || true");
    cluster.kill(Daemon.SLURMCTLD);
    cluster.start(Daemon.SLURMCTLD);

    control.awaitPhase("mid-submit", "succeeded");
    RunStory story = control.story("mid-submit");
    assertThat(story.causes()).containsExactly(EndCause.COMPLETED);
    story.assertBilledAsAccounted(cluster, DEVICES);
    assertTrainedOnce("mid-submit", 1);
  }

  @Test
  void theEndOfAJobWaitsForTheAccounting() throws Exception {
    control.submit("unaccounted", ITERATIONS);
    control.awaitIteration("unaccounted", ITERATIONS / 2);
    cluster.kill(Daemon.SLURMDBD);
    control.awaitPhase("unaccounted", "ending");
    TimeUnit.SECONDS.sleep(5);
    assertThat(control.awaitPhase("unaccounted", "ending").why()).contains("accounting");
    cluster.start(Daemon.SLURMDBD);

    control.awaitPhase("unaccounted", "succeeded");
    RunStory story = control.story("unaccounted");
    assertThat(story.postings()).allMatch(Posting::audited);
    story.assertBilledAsAccounted(cluster, DEVICES);
  }

  @Test
  void whatAPersonCancelsByHandWaitsForThem() throws Exception {
    control.submit("by-hand", ITERATIONS);
    String job = control.awaitIteration("by-hand", 15).attempts().get(0).jobId().orElseThrow();

    cluster.run("scancel", job);

    assertThat(control.awaitPhase("by-hand", "held").why()).contains("outside of Bloomery");
    control.verb("resume", "by-hand");
    control.awaitPhase("by-hand", "succeeded");
    RunStory story = control.story("by-hand");
    assertThat(story.causes()).containsExactly(EndCause.CANCELLED, EndCause.COMPLETED);
    story.assertGoesOn();
    story.assertBilledAsAccounted(cluster, DEVICES);
  }

  @Test
  void aJobOfOthersUnderTheRunsNameIsLeftAlone() throws Exception {
    control.submit("namesake", ITERATIONS);
    control.awaitIteration("namesake", 5);
    String other = cluster.submit(1, "sleep 600", "--job-name=" + control.jobName("namesake"));
    cluster.awaitState(other, "RUNNING");

    control.awaitPhase("namesake", "succeeded");

    cluster.awaitState(other, "RUNNING");
    RunStory story = control.story("namesake");
    assertThat(story.all(RunEvent.SurplusSeen.class)).isEmpty();
    assertThat(story.postings())
        .hasSize(1)
        .noneMatch(posting -> posting.job().jobId().equals(other));
  }

  /** The job comes again under its id, finds that the attempt is taken, and does nothing. */
  @Test
  void aJobThatAnAdministratorRequeuesIsFenced() throws Exception {
    control.submit("requeued", ITERATIONS);
    String job = control.awaitIteration("requeued", 15).attempts().get(0).jobId().orElseThrow();

    // Our jobs say --no-requeue: else this would be refused.
    cluster.administrate("scontrol", "update", "jobid=" + job, "requeue=1");
    cluster.administrate("scontrol", "requeue", job);

    control.awaitPhase("requeued", "succeeded");
    RunStory story = control.story("requeued");
    assertThat(story.causes()).containsExactly(EndCause.PREEMPTED, EndCause.COMPLETED);
    story.assertGoesOn();
    story.assertBilledAsAccounted(cluster, DEVICES);
    assertTrainedOnce("requeued", 1);
    assertTrainedOnce("requeued", 2);
  }

  @Test
  void aNodeThatIsDeclaredDownIsDoneWithout() throws Exception {
    control.submit("down", ITERATIONS);
    String node = control.awaitIteration("down", 15).attempts().get(0).nodes().get(0);

    cluster.declareDown(node);

    DescriptionView run = control.awaitPhase("down", "succeeded");
    assertThat(run.attempts().get(1).nodes()).hasSize(1).doesNotContain(node);
    RunStory story = control.story("down");
    assertThat(story.causes()).containsExactly(EndCause.NODE_FAILURE, EndCause.COMPLETED);
    assertThat(story.ends().get(0).badNodes()).containsExactly(node);
    story.assertGoesOn();
    story.assertBilledAsAccounted(cluster, DEVICES);
  }

  /**
   * A controller that dies so early may forget that it has started the job, and start it again, or
   * hold it. Whatever it does, the administrator only puts the node and the job back into service.
   */
  @Test
  void aControllerThatDiesRightAfterTheStartCostsNoSecondTraining() throws Exception {
    control.submit("forgotten", ITERATIONS);
    String job =
        control
            .await("forgotten", run -> run.phase().equals("running"))
            .attempts()
            .get(0)
            .jobId()
            .orElseThrow();
    cluster.kill(Daemon.SLURMCTLD);
    cluster.start(Daemon.SLURMCTLD);

    control.await(
        "forgotten",
        run -> {
          cluster.returnToService(job);
          return run.phase().equals("succeeded");
        });

    RunStory story = control.story("forgotten");
    story.assertGoesOn();
    for (int attempt = 1; attempt <= story.ends().size(); attempt++) {
      assertTrainedOnce("forgotten", attempt);
    }
  }

  private static void assertTrainedOnce(String run, int attempt) throws Exception {
    String log = Files.readString(control.attempt(run, attempt).resolve("train.log"));
    assertThat(log.split("BLOOMERY start ", -1)).hasSize(2);
    assertThat(List.of(log.split("training \\.\\.\\.\n", -1))).hasSizeLessThanOrEqualTo(2);
  }
}
