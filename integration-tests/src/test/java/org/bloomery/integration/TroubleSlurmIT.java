package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
    Path programs = Files.createTempDirectory(cluster.directory(), "programs-");
    writeSlowSbatch(programs);
    try (ClusterControl slow = ClusterControl.start(cluster, programs)) {
      slow.submit("mid-submit", ITERATIONS);
      cluster.await(found -> !found.isEmpty(), "find", programs.toString(), "-name", "called");
      cluster.freeze(Daemon.SLURMCTLD);
      Files.createFile(programs.resolve("go"));
      cluster.await(
          found -> !found.isEmpty(),
          "sh",
          "-c",
          "grep -lx sbatch /proc/[0-9]*/comm 2> /dev/null || true");
      cluster.kill(Daemon.SLURMCTLD);
      cluster.start(Daemon.SLURMCTLD);

      slow.awaitPhase("mid-submit", "succeeded");
      RunStory story = slow.story("mid-submit");
      assertThat(story.causes()).containsExactly(EndCause.COMPLETED);
      story.assertBilledAsAccounted(cluster, DEVICES);
      assertTrainedOnce(slow, "mid-submit", 1);
    }
  }

  /** One that says that it is called, and goes on when it may. */
  private static void writeSlowSbatch(Path programs) throws Exception {
    Path sbatch = programs.resolve("sbatch");
    Files.writeString(
        sbatch,
        """
        #!/bin/sh
        touch %1$s/called
        until [ -e %1$s/go ]; do sleep 0.1; done
        exec %2$s/sbatch "$@"
        """
            .formatted(programs, cluster.login().bin()));
    Files.setPosixFilePermissions(sbatch, PosixFilePermissions.fromString("rwxr-xr-x"));
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
    String job = jobOf(control.awaitIteration("by-hand", 15));

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
    String job = jobOf(control.awaitIteration("requeued", 15));

    // Our jobs say --no-requeue: else this would be refused.
    cluster.administrate("scontrol", "update", "jobid=" + job, "requeue=1");
    cluster.administrate("scontrol", "requeue", job);

    control.awaitPhase("requeued", "succeeded");
    RunStory story = control.story("requeued");
    assertThat(story.causes()).containsExactly(EndCause.PREEMPTED, EndCause.COMPLETED);
    story.assertGoesOn();
    story.assertBilledAsAccounted(cluster, DEVICES);
    assertTrainedOnce(control, "requeued", 1);
    assertTrainedOnce(control, "requeued", 2);
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
   * A controller that dies so early may forget that it has started the job, and start it again; the
   * node refuses it the second time. As our jobs say --no-requeue, the node's daemon then cancels
   * it, which looks like an administrator's scancel: then a person lets the run go on. Or SLURM
   * holds the job, and drains the node, until an administrator puts both back into service.
   */
  @Test
  void aControllerThatDiesRightAfterTheStartCostsNoSecondTraining() throws Exception {
    control.submit("forgotten", ITERATIONS);
    String job = jobOf(control.awaitPhase("forgotten", "running"));
    cluster.kill(Daemon.SLURMCTLD);
    cluster.start(Daemon.SLURMCTLD);

    DescriptionView after =
        control.await(
            "forgotten",
            run -> {
              cluster.returnToService(job);
              return ControlPlaneProcess.phasesWithoutJob().contains(run.phase());
            });
    if (after.phase().equals("held")) {
      assertThat(control.story("forgotten").causes()).containsExactly(EndCause.CANCELLED);
      control.verb("resume", "forgotten");
      control.awaitPhase("forgotten", "succeeded");
    }

    RunStory story = control.story("forgotten");
    story.assertGoesOn();
    for (int attempt = 1; attempt <= story.ends().size(); attempt++) {
      assertTrainedOnce(control, "forgotten", attempt);
    }
  }

  private static String jobOf(DescriptionView run) {
    return run.attempts().get(0).jobId().orElseThrow();
  }

  private static void assertTrainedOnce(ClusterControl owner, String run, int attempt)
      throws Exception {
    String log = Files.readString(owner.attempt(run, attempt).resolve("train.log"));
    assertThat(log.split("BLOOMERY start ", -1)).hasSize(2);
    assertThat(List.of(log.split("training \\.\\.\\.\n", -1))).hasSizeLessThanOrEqualTo(2);
  }
}
