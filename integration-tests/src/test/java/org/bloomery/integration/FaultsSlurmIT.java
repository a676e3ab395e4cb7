package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bloomery.integration.SlurmContainer.Daemon;
import org.bloomery.integration.SlurmContainer.Ran;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Goal: what we believe of a SLURM in trouble is so. Method: break a real one. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FaultsSlurmIT {
  private SlurmContainer cluster;

  @BeforeEach
  void join() throws Exception {
    cluster = SlurmContainer.shared();
  }

  @AfterEach
  void heal() throws Exception {
    cluster.heal();
  }

  /**
   * Why a job that SLURM calls over may still write: the next attempt must not share its files. One
   * node loses its power here, of the other only the daemon dies, and SLURM cannot tell.
   */
  @Test
  void whatIsNodeFailMayBeDeadOrAlive() throws Exception {
    String beating = "while true; do date +%s > $SLURM_JOB_ID.beat; sleep 0.5; done";
    String dead = cluster.submit(2, beating, "--nodelist=node[01-02]", "--no-requeue");
    String alive = cluster.submit(1, beating, "--nodelist=node03", "--no-requeue");
    awaitBeat(dead);
    awaitBeat(alive);

    cluster.crashNode("node01");
    cluster.killNodeDaemon("node03");

    cluster.awaitState(dead, "NODE_FAIL");
    cluster.awaitState(alive, "NODE_FAIL");
    long over = cluster.epoch();
    assertThat(cluster.awaitAccounted(dead, "State")).containsExactly("NODE_FAIL");
    TimeUnit.SECONDS.sleep(3);
    assertThat(awaitBeat(dead)).isLessThan(over);
    assertThat(awaitBeat(alive)).isGreaterThan(over);
    assertThat(cluster.run("sinfo", "-h", "-n", "node01", "-o", "%T")).startsWith("down");
  }

  /** When a job last said that it lives. */
  private long awaitBeat(String job) throws Exception {
    return Long.parseLong(
        cluster.await(out -> !out.isEmpty(), "sh", "-c", "cat " + job + ".beat 2> /dev/null"));
  }

  @Test
  void jobsOutliveTheControllerAndAreBilledForItsAbsence() throws Exception {
    String longer = cluster.submit(1, "sleep 600");
    String shorter = cluster.submit(1, "until test -e end; do sleep 0.2; done; date +%s > ended");
    cluster.awaitState(longer, "RUNNING");
    cluster.awaitState(shorter, "RUNNING");
    cluster.awaitSaved(longer);

    cluster.kill(Daemon.SLURMCTLD);
    Files.createFile(cluster.directory().resolve("end"));
    long ended =
        Long.parseLong(cluster.await(out -> !out.isEmpty(), "sh", "-c", "cat ended 2> /dev/null"));
    Ran unanswered = cluster.exec("squeue");
    TimeUnit.SECONDS.sleep(5);
    cluster.start(Daemon.SLURMCTLD);

    assertThat(unanswered.exitCode()).isEqualTo(1);
    assertThat(unanswered.errors()).contains("Unable to contact slurm controller");
    cluster.awaitState(longer, "RUNNING");
    List<String> row = cluster.awaitAccounted(shorter, "State,Start,ElapsedRaw");
    assertThat(row.get(0)).isEqualTo("COMPLETED");
    assertThat(Long.parseLong(row.get(1)) + Long.parseLong(row.get(2)))
        .as("the end that is billed, not the end")
        .isGreaterThanOrEqualTo(ended + 5);
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
    String rows =
        cluster.await(
            out -> out.lines().count() == 2,
            "sacct",
            "--allocations",
            "--duplicates",
            "--noheader",
            "--parsable2",
            "--format=JobIDRaw,State",
            "--jobs=" + job);
    assertThat(rows.lines())
        .containsExactlyInAnyOrder(
            job + "|NODE_FAIL", job + "|CANCELLED by " + cluster.run("id", "-u"));
    assertThat(cluster.run("sacct", "-X", "-n", "-P", "-o", "State", "-j", job).lines())
        .as("without --duplicates")
        .hasSize(1);
  }
}
