package org.bloomery.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bloomery.integration.SlurmContainer.Ran;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Goal: what we believe of SLURM's queue and accounting is so. Method: small jobs on a real one;
 * each test names the belief that product code rests on.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class JobsSlurmIT {
  private static final String STUB_FIELDS = "JobName,State,NodeList,WorkDir,Partition";

  private SlurmContainer cluster;

  @BeforeEach
  void join() throws Exception {
    cluster = SlurmContainer.shared();
  }

  @AfterEach
  void heal() throws Exception {
    cluster.heal();
  }

  @Test
  void aJobRunsOnAllItsNodesAndIsBilledForTheirDevices() throws Exception {
    String job = cluster.submit(4, "srun sh -c 'echo $SLURMD_NODENAME > $SLURMD_NODENAME.out'");

    List<String> row =
        cluster.awaitAccounted(job, "State,ElapsedRaw,AllocTRES,NodeList,Account,User,ExitCode");

    assertThat(row.get(0)).isEqualTo("COMPLETED");
    assertThat(row.get(2)).contains("gres/gpu:a100=32", "gres/gpu=32", "node=4");
    assertThat(row.subList(3, 7)).containsExactly("node[01-04]", "six@a100", cluster.user(), "0:0");
    for (String node : List.of("node01", "node02", "node03", "node04")) {
      Path written = cluster.directory().resolve(node + ".out");
      assertThat(Files.readString(written)).isEqualTo(node + "\n");
      assertThat(Files.getOwner(written)).isEqualTo(Files.getOwner(cluster.directory()));
    }
  }

  @Test
  void aJobThatCannotBeAccountedIsRefused() throws Exception {
    assertThat(cluster.execAs("linus", "sbatch", "--account=six@a100", "--wrap=true"))
        .isEqualTo(
            new Ran(
                1,
                "",
                "sbatch: error: Batch job submission failed: Invalid account or account/partition"
                    + " combination specified\n"));
  }

  @Test
  void overTheLimitOfSubmissionsThereIsNoIdAtAll() throws Exception {
    String limit = "--qos=qos_gpu-dev";
    for (int i = 0; i < 10; i++) {
      cluster.submit(1, "true", limit, "--hold");
    }

    Ran refused =
        cluster.exec("sbatch", "--parsable", "--account=six@a100", "--hold", limit, "--wrap=true");

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.output()).isEmpty();
    assertThat(refused.errors()).contains("QOSMaxSubmitJobPerUserLimit");
  }

  @Test
  void aDependencyOnAJobThatNobodyKnowsCountsAsFulfilled() throws Exception {
    String job = cluster.submit(1, "true", "--dependency=afterok:999999");

    assertThat(cluster.awaitAccounted(job, "State")).containsExactly("COMPLETED");
  }

  @Test
  void asSuccessorAJobWaitsForTheEndOfThePreviousOne() throws Exception {
    String previous = cluster.submit(1, "sleep 600", "--job-name=chain");
    String next =
        cluster.submit(
            1, "true", "--job-name=chain", "--dependency=afterany:" + previous + ",singleton");
    cluster.awaitState(previous, "RUNNING");
    // Three idle nodes, and it does not take one.
    cluster.await("Dependency"::equals, "squeue", "-h", "-o", "%r", "-j", next);

    cluster.run("scancel", previous);

    assertThat(cluster.awaitAccounted(next, "State")).containsExactly("COMPLETED");
    assertThat(cluster.awaitAccounted(previous, "State").get(0)).startsWith("CANCELLED by ");
  }

  /**
   * A row that is over, with true times and devices, can still be a stub: without its name, its
   * work directory and its partition, and with one of its nodes.
   */
  @Test
  void theAccountingShowsStubsOfYoungJobs() throws Exception {
    List<String> stubs = new ArrayList<>();
    for (int tries = 0; tries < 20 && stubs.isEmpty(); tries++) {
      String job = cluster.submit(4, "srun true", "--job-name=real-name");
      String row = "";
      while (!row.startsWith("real-name")) {
        row = cluster.run("sacct", "-X", "-n", "-P", "-o", STUB_FIELDS, "-j", job);
        if (row.contains("COMPLETED") && !row.startsWith("real-name")) {
          stubs.add(row);
        }
      }
    }
    assertThat(stubs).isNotEmpty().containsOnly("allocation|COMPLETED|node01||");
  }

  @Test
  void anOutputOnAFullDiskIsNoFailureOfTheJob() throws Exception {
    String job =
        cluster.submit(
            1, "srun head -c 1000000 /dev/zero; exit 0", "--output=/mnt/full/job-%j.out");

    assertThat(cluster.awaitAccounted(job, "State,ExitCode")).containsExactly("COMPLETED", "0:0");
    assertThat(Long.parseLong(cluster.run("stat", "-c", "%s", "/mnt/full/job-" + job + ".out")))
        .isLessThan(1_000_000);
  }

  @Test
  void whoeverIsHereHasTheProgramsOfThere() throws Exception {
    Path script = Files.writeString(cluster.directory().resolve("job.sh"), "#!/bin/sh\nsleep 1\n");
    Ran submitted =
        here(
            script,
            Map.of(),
            "sbatch",
            "--parsable",
            "--account=six@a100",
            "--output=/dev/null",
            "--comment=a 'quoted' \"comment\" $HOME");
    assertThat(submitted.exitCode()).as("%s", submitted).isZero();
    String job = submitted.output().strip();
    assertThat(cluster.run("squeue", "--noheader", "--states=all", "--format=%k", "--jobs=" + job))
        .isEqualTo("a 'quoted' \"comment\" $HOME");

    Ran told =
        here(
            Path.of("/dev/null"),
            Map.of("SLURM_TIME_FORMAT", "%s", "TZ", "UTC"),
            "squeue",
            "--noheader",
            "--states=all",
            "--format=%V",
            "--jobs=" + job);
    assertThat(Long.parseLong(told.output().strip())).isGreaterThan(1_700_000_000);

    Ran failed = here(Path.of("/dev/null"), Map.of(), "sbatch", "--no-such-option");
    assertThat(failed.exitCode()).isEqualTo(255);
    assertThat(failed.output()).isEmpty();
    assertThat(failed.errors()).startsWith("sbatch: unrecognized option '--no-such-option'");
  }

  @Test
  void whoeverIsElsewhereComesBySsh() throws Exception {
    Ran ran =
        here(
            Path.of("/dev/null"),
            Map.of(),
            "ssh",
            "-o",
            "BatchMode=yes",
            "-o",
            "StrictHostKeyChecking=yes",
            "cluster",
            "squeue --version; id -un; exit 7");

    assertThat(ran.exitCode()).as("%s", ran).isEqualTo(7);
    assertThat(ran.output()).isEqualTo("slurm-wlm 22.05.8\n" + cluster.user() + "\n");
  }

  /** Runs one of the cluster's programs by a process of this side, with almost no environment. */
  private Ran here(Path input, Map<String, String> environment, String program, String... words)
      throws Exception {
    List<String> command =
        new ArrayList<>(List.of(cluster.login().bin().resolve(program).toString()));
    command.addAll(List.of(words));
    Path output = cluster.directory().resolve("here.out");
    Path errors = cluster.directory().resolve("here.err");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.redirectInput(input.toFile());
    builder.redirectOutput(output.toFile());
    builder.redirectError(errors.toFile());
    int exitCode = builder.start().waitFor();
    return new Ran(exitCode, Files.readString(output, UTF_8), Files.readString(errors, UTF_8));
  }
}
