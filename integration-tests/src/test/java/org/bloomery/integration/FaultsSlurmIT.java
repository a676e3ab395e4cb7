package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bloomery.integration.SlurmCluster.Daemon;
import org.bloomery.integration.SlurmCluster.Ran;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Goal: what we believe of a SLURM in trouble is so. Method: break a real one. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FaultsSlurmIT {
  private SlurmCluster cluster;

  @BeforeEach
  void join() throws Exception {
    cluster = SlurmCluster.shared();
  }

  @AfterEach
  void heal() throws Exception {
    cluster.heal();
  }

  @Test
  void aJobOfWhichANodeIsLostIsNodeFail() throws Exception {
    String job = cluster.submit(2, "srun sleep 600", "--no-requeue");
    cluster.awaitState(job, "RUNNING");
    // Not in the first seconds, in which the node might not have the job yet.
    TimeUnit.SECONDS.sleep(2);

    cluster.crashNode("node01");

    cluster.awaitState(job, "NODE_FAIL");
    assertThat(cluster.awaitAccounted(job, "State")).containsExactly("NODE_FAIL");
    assertThat(cluster.run("sinfo", "-h", "-n", "node01", "-o", "%T")).startsWith("down");
  }

  /** Why a job that SLURM calls over may still write: the next attempt must not share its files. */
  @Test
  void tasksOutliveTheDaemonOfTheirNode() throws Exception {
    Path beats = cluster.directory().resolve("beats");
    String job =
        cluster.submit(
            1, "while true; do date +%s > beats; sleep 0.5; done", "-w", "node02", "--no-requeue");
    cluster.await(out -> !out.isEmpty(), "sh", "-c", "cat beats 2> /dev/null");

    cluster.killNodeDaemon("node02");

    cluster.awaitState(job, "NODE_FAIL");
    long atItsEnd = cluster.epoch();
    TimeUnit.SECONDS.sleep(3);
    assertThat(Long.parseLong(Files.readString(beats).strip())).isGreaterThan(atItsEnd);
  }

  @Test
  void jobsOutliveTheControllerAndAreBilledForItsAbsence() throws Exception {
    String longer = cluster.submit(1, "sleep 600");
    String shorter = cluster.submit(1, "sleep 6");
    cluster.awaitState(longer, "RUNNING");
    cluster.awaitState(shorter, "RUNNING");
    // slurmctld writes its state down every few seconds.
    TimeUnit.SECONDS.sleep(5);

    cluster.kill(Daemon.SLURMCTLD);
    Ran unanswered = cluster.exec("squeue");
    TimeUnit.SECONDS.sleep(8);
    cluster.start(Daemon.SLURMCTLD);

    assertThat(unanswered.exitCode()).isEqualTo(1);
    assertThat(unanswered.errors()).contains("Unable to contact slurm controller");
    cluster.awaitState(longer, "RUNNING");
    List<String> row = cluster.awaitAccounted(shorter, "State,ElapsedRaw");
    assertThat(row.get(0)).isEqualTo("COMPLETED");
    assertThat(Long.parseLong(row.get(1))).isGreaterThanOrEqualTo(12);
  }

  /** The worst answer that there is: a client that gave up, and a job that is there. */
  @Test
  void aSubmissionThatTimedOutMayHaveArrived() throws Exception {
    cluster.freeze(Daemon.SLURMCTLD);
    Ran timedOut =
        cluster.exec(
            "sbatch", "--parsable", "--account=six@a100", "--job-name=unsure", "--wrap=sleep 600");
    cluster.thaw(Daemon.SLURMCTLD);

    assertThat(timedOut.exitCode()).isEqualTo(1);
    assertThat(timedOut.output()).isEmpty();
    assertThat(timedOut.errors()).contains("Socket timed out on send/recv operation");
    cluster.await("RUNNING"::equals, "squeue", "-h", "-o", "%T", "--name=unsure");
  }

  @Test
  void withoutItsDatabaseTheAccountingFailsAndLosesNothing() throws Exception {
    cluster.kill(Daemon.SLURMDBD);
    String job = cluster.submit(1, "true");
    cluster.awaitState(job, "COMPLETED");
    Ran unanswered = cluster.exec("sacct", "-X", "-j", job);
    cluster.start(Daemon.SLURMDBD);

    assertThat(unanswered.exitCode()).isEqualTo(1);
    assertThat(unanswered.errors()).contains("Connection refused");
    assertThat(cluster.awaitAccounted(job, "State")).containsExactly("COMPLETED");
  }

  @Test
  void aRequeuedJobHasARowForEachTimeItRan() throws Exception {
    String job = cluster.submit(1, "sleep 600", "-w", "node03", "--requeue");
    cluster.awaitState(job, "RUNNING");

    cluster.declareDown("node03");

    cluster.awaitState(job, "PENDING");
    cluster.run("scancel", job);
    cluster.awaitAccounted(job, "State");
    assertThat(
            cluster.run("sacct", "-X", "-D", "-n", "-P", "-o", "JobIDRaw,State", "-j", job).lines())
        .hasSize(2)
        .anyMatch(row -> row.equals(job + "|NODE_FAIL"));
    assertThat(cluster.run("sacct", "-X", "-n", "-P", "-o", "State", "-j", job).lines()).hasSize(1);
  }
}
