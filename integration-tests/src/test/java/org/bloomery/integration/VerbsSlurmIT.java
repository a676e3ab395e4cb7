package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bloomery.controlplane.api.AttemptView;
import org.bloomery.controlplane.api.CheckpointView;
import org.bloomery.controlplane.api.DescriptionView;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.run.RunEvent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Goal: what people ask of a run happens to its job on a real SLURM. Method: a control plane, small
 * trainings of the stand-in, and the verbs as people type them.
 */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class VerbsSlurmIT {
  private static final int DEVICES = 2;
  private static final int LONG = 20_000;

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
  void cancelEndsTheJobAndBillsIt() throws Exception {
    control.submit("cancelled", LONG);
    control.awaitIteration("cancelled", 5);

    control.verb("cancel", "cancelled");

    DescriptionView run = control.awaitPhase("cancelled", "cancelled");
    String job = run.attempts().get(0).jobId().orElseThrow();
    assertThat(cluster.awaitAccounted(job, "State").get(0)).startsWith("CANCELLED by ");
    RunStory story = control.story("cancelled");
    assertThat(story.causes()).containsExactly(EndCause.CANCELLED);
    story.assertBilledAsAccounted(cluster, DEVICES);
  }

  @Test
  void stopSavesAndExitsAndResumeGoesOnFromThere() throws Exception {
    control.submit("stopped", LONG);
    control.awaitIteration("stopped", 5);

    control.verb("stop", "stopped");

    DescriptionView stopped = control.awaitPhase("stopped", "held");
    long last = stopped.attempts().get(0).lastIteration().orElseThrow();
    assertThat(stopped.checkpoints()).extracting(CheckpointView::iteration).contains(last);
    assertThat(control.story("stopped").causes()).containsExactly(EndCause.STOPPED);

    control.verb("resume", "stopped");

    DescriptionView resumed = control.await("stopped", run -> trains(run, 2));
    assertThat(resumed.attempts().get(1).resumedFrom()).hasValue(last);
    assertThat(resumed.attempts().get(1).firstIteration()).hasValue(last + 1);
    control.verb("cancel", "stopped");
    control.awaitPhase("stopped", "cancelled");
    control.story("stopped").assertBilledAsAccounted(cluster, DEVICES);
  }

  @Test
  void saveGoesOnAtOnce() throws Exception {
    control.submit("saved", LONG);
    control.awaitIteration("saved", 5);

    control.verb("save", "saved");

    DescriptionView saved = control.await("saved", run -> trains(run, 2));
    AttemptView first = saved.attempts().get(0);
    assertThat(saved.attempts().get(1).firstIteration())
        .hasValue(first.lastIteration().orElseThrow() + 1);
    control.verb("cancel", "saved");
    control.awaitPhase("saved", "cancelled");
    control.story("saved").assertGoesOn();
  }

  private static boolean trains(DescriptionView run, int attempt) {
    return run.attempts().size() == attempt
        && run.attempts().get(attempt - 1).firstIteration().isPresent();
  }

  @Test
  void aQueuedJobIsHeldAndReleased() throws Exception {
    String others = cluster.submit(4, "sleep 600", "--exclusive");
    cluster.awaitState(others, "RUNNING");
    control.submit("queued", LONG);
    DescriptionView queued = control.awaitPhase("queued", "pending");
    String job = queued.attempts().get(0).jobId().orElseThrow();

    control.verb("hold", "queued");
    cluster.await("JobHeldUser"::equals, "squeue", "-h", "-o", "%r", "-j", job);
    control.verb("release", "queued");
    cluster.await(reason -> !reason.equals("JobHeldUser"), "squeue", "-h", "-o", "%r", "-j", job);
    cluster.run("scancel", others);

    DescriptionView runs = control.awaitIteration("queued", 1);
    assertThat(runs.attempts())
        .extracting(attempt -> attempt.jobId().orElseThrow())
        .containsExactly(job);
    control.verb("cancel", "queued");
    control.awaitPhase("queued", "cancelled");
  }

  @Test
  void anExcludedNodeIsNotUsedUntilItIsReadmitted() throws Exception {
    control.verb("nodes", "exclude", "node01", "--cluster", "test-cluster", "--reason", "ECC");
    control.submit("without", LONG);
    control.awaitIteration("without", 1);
    assertThat(nodes("without")).doesNotContain("node01").hasSize(1);
    assertThat(control.story("without").all(RunEvent.AttemptPlanned.class))
        .extracting(RunEvent.AttemptPlanned::excludedNodes)
        .containsExactly(List.of("node01"));

    control.verb("nodes", "readmit", "node01", "--cluster", "test-cluster");
    control.submit("with", LONG);
    control.awaitIteration("with", 1);

    assertThat(nodes("with")).as("the first node that is free").containsExactly("node01");
    for (String run : List.of("with", "without")) {
      control.verb("cancel", run);
      control.awaitPhase(run, "cancelled");
    }
  }

  private static List<String> nodes(String run) throws Exception {
    return control.await(run, now -> true).attempts().get(0).nodes();
  }

  @Test
  void doctorExplainsTheSitesSettings() throws Exception {
    List<String> lines =
        control.verb("doctor").lines().filter(line -> line.contains(" test-cluster ")).toList();

    for (String expected :
        List.of(
            "SLURM 22.05.8",
            "not preempted (PreemptMode=OFF)",
            "not those that say --no-requeue",
            "gains no priority meanwhile (PriorityFlags without ACCRUE_ALWAYS)",
            "stay in the queue for 300 s (MinJobAge), looks are 2 s apart",
            "SIGKILL follows SIGTERM after 5 s (KillWait)",
            "a job ends at its limit (OverTimeLimit)",
            "accounting counts GPUs")) {
      assertThat(lines).anyMatch(line -> line.contains(expected));
    }
  }
}
