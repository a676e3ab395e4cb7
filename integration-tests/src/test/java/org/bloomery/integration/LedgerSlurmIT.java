package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bloomery.controlplane.ControlPlane;
import org.bloomery.controlplane.api.AuditView;
import org.bloomery.controlplane.api.LedgerAddition;
import org.bloomery.controlplane.api.LedgerApi;
import org.bloomery.controlplane.api.UsageTableView;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.Period;
import org.bloomery.core.report.SiteReport;
import org.bloomery.core.report.UsageTable;
import org.bloomery.integration.SlurmContainer.Daemon;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: the ledger has what a real SLURM has accounted, to the second. Method: a day's kinds of
 * jobs in minutes, whose sum is also taken from sacct's own text; for a while, slurmdbd is dead.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LedgerSlurmIT {
  private static final Optional<String> CLUSTER = Optional.of("ledger-it");
  private static final String CPU_ONLY = "no-devices";
  private static final Pattern DEVICES = Pattern.compile("gres/gpu=([0-9]+)");

  private static final String PROFILE =
      """
      apiVersion: bloomery/v1
      kind: ClusterProfile
      metadata: {name: ledger-it}
      spec:
        documented: {asOf: 2026-11, sources: [the slurm.conf of this test]}
        resourceManager: slurm
        runsRoot: "${BLOOMERY_HOME}/runs"
        partitions:
          - name: gpu_p5
            nodes: 4
            devicesPerNode: 8
            device: {type: a100}
            coresPerNode: 64
            coresPerDevice: 8
            threadsPerCore: 2
            accountSuffix: "@a100"
            internet: false
        timings:
          sealScanDistance: 2s
          pollInterval: 2s
          pollFloor: 1s
          quietPeriod: 30s
          goWait: 2m
          killWait: 5s
          nodeFailGrace: 5s
      """;

  @TempDir private Path home;
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
  void theLedgerIsTheAccountingToTheSecond() throws Exception {
    Instant begin = Instant.ofEpochSecond(cluster.epoch());
    mixedJobs();
    cluster.await(String::isEmpty, "squeue", "--noheader");
    rows(begin);
    anHourGoesBy();
    String rows = rows(begin);

    Files.createDirectories(home.resolve("clusters"));
    Files.writeString(home.resolve("clusters/ledger-it.yaml"), PROFILE);
    Map<String, String> environment = new TreeMap<>(System.getenv());
    environment.put("PATH", cluster.login().bin() + ":" + environment.get("PATH"));
    LocalDate today = LocalDate.ofInstant(begin, ZoneOffset.UTC);
    // Midnight may go by while the jobs run.
    Period days = Period.of(today.minusDays(1), today.plusDays(1));
    try (ControlPlane plane = ControlPlane.open(home, environment, "test")) {
      LedgerApi ledger = plane.api().ledger();
      cluster.kill(Daemon.SLURMDBD);
      assertThatThrownBy(() -> ledger.collect(CLUSTER, days, "ada"))
          .hasMessageContaining("did not answer");
      assertThat(usage(ledger, GroupBy.ACCOUNT, days).jobs()).isZero();
      cluster.start(Daemon.SLURMDBD);
      AuditView before = ledger.audit(CLUSTER, days);
      assertThat(before.rows()).isNotEmpty().allMatch(row -> row.why().contains("does not have"));

      assertThat(ledger.collect(CLUSTER, days, "ada").changed()).isPositive();
      AuditView audit = ledger.audit(CLUSTER, days);

      assertThat(audit.differenceGpuSeconds()).isZero();
      assertThat(audit.rows()).isEmpty();
      SiteReport report = audit.report().orElseThrow();
      assertThat(report.unexplainedGpuSeconds()).isZero();
      assertThat(report.rows()).isEmpty();
      assertThat(report.gpuSeconds()).isEqualTo(sum(rows));
      assertThat(audit.accountingGpuSeconds()).isEqualTo(sum(rows)).isPositive();
      assertThat(usage(ledger, GroupBy.ACCOUNT, days).allocatedGpuSeconds()).isEqualTo(sum(rows));
      assertThat(usage(ledger, GroupBy.CAUSE, days).rows())
          .extracting(UsageTable.Row::key)
          .contains("completed", "failed", "cancelled", "timeout", "node fail", "requeued");
      assertThat(usage(ledger, GroupBy.ACCOUNT, days).rows())
          .extracting(UsageTable.Row::key)
          .contains("six", "six@v100");
      assertThat(usage(ledger, GroupBy.USER, days).rows())
          .extracting(UsageTable.Row::key)
          .contains("grace", cluster.user());
      assertThat(usage(ledger, GroupBy.RUN, days).rows())
          .contains(new UsageTable.Row("job " + CPU_ONLY, 1, 0, 0, 0, 0));
      LedgerAddition again = ledger.collect(CLUSTER, days, "ada");
      assertThat(again.changed()).isZero();
      assertThat(again.lines()).isEqualTo(audit.jobs());
    }
  }

  /** What is accounted of all jobs, once all of them are over there, too. */
  private String rows(Instant begin) throws Exception {
    return cluster.await(
        text -> text.lines().noneMatch(row -> row.startsWith("gpu_p5|Unknown|")),
        "sacct",
        "--allusers",
        "--allocations",
        "--duplicates",
        "--noheader",
        "--parsable2",
        "--starttime=" + begin.atOffset(ZoneOffset.UTC).toLocalDate().minusDays(1),
        "--format=Partition,End,State,ElapsedRaw,AllocTRES,JobID");
  }

  /** For the accounting, since sreport only reports full hours. */
  private void anHourGoesBy() throws Exception {
    SlurmContainer.Ran ran =
        cluster.execAs(
            "root",
            "mysql",
            "slurm_acct_db",
            "--execute=update bloomery_job_table set "
                + earlier("time_submit", "time_eligible", "time_start", "time_end")
                + " where time_start > 0; update bloomery_suspend_table set "
                + earlier("time_start", "time_end"));
    assertThat(ran.exitCode()).as("%s", ran).isZero();
  }

  /** 0 is no time, and stays. */
  private static String earlier(String... columns) {
    return Arrays.stream(columns)
        .map(column -> column + " = greatest(" + column + ", 3600) - 3600")
        .collect(Collectors.joining(", "));
  }

  private static UsageTableView usage(LedgerApi ledger, GroupBy by, Period days) {
    return ledger.usage(by, days);
  }

  /** Elapsed seconds x devices of all rows that are no stubs, by nothing but their text. */
  private static long sum(String rows) {
    long sum = 0;
    for (String row : rows.lines().toList()) {
      String[] fields = row.split("\\|", -1);
      Matcher devices = DEVICES.matcher(fields[4]);
      if (!fields[0].isEmpty() && devices.find()) {
        sum += Long.parseLong(fields[3]) * Long.parseLong(devices.group(1));
      }
    }
    return sum;
  }

  private void mixedJobs() throws Exception {
    cluster.submit(1, "sleep 600", "--time=1", "--nodelist=node02");
    String failing = cluster.submit(1, "sleep 600", "--nodelist=node04", "--no-requeue");
    String requeued = cluster.submit(1, "sleep 600", "--nodelist=node01", "--requeue");
    String suspended = cluster.submit(1, "sleep 5", "--nodelist=node03");
    cluster.awaitState(failing, "RUNNING");
    cluster.awaitState(requeued, "RUNNING");
    cluster.awaitState(suspended, "RUNNING");
    cluster.run("scontrol", "suspend", suspended);
    TimeUnit.SECONDS.sleep(4);
    cluster.run("scontrol", "resume", suspended);
    cluster.run("scontrol", "requeue", requeued);
    // What ends from here on is accounted late.
    cluster.kill(Daemon.SLURMDBD);
    cluster.crashNode("node04");
    cluster.awaitState(failing, "NODE_FAIL");
    cluster.bootNode("node04");
    cluster.submit(1, "sleep 2", "--gres=gpu:1", "--array=1-6%3");
    cluster.submit(1, "exit 3", "--gres=gpu:2");
    cluster.submit(1, "sleep 2", "--account=six@v100", "--gres=gpu:4");
    asGrace("sleep 3");
    cluster.run(
        "sbatch",
        "--account=six@a100",
        "--constraint=a100",
        "--job-name=" + CPU_ONLY,
        "--cpus-per-task=16",
        "--wrap=sleep 2");
    String waiting = cluster.submit(4, "true", "--hold");
    cluster.run("scancel", waiting);
    cluster.awaitState(requeued, "RUNNING");
    TimeUnit.SECONDS.sleep(2);
    cluster.run("scancel", requeued);
    cluster.start(Daemon.SLURMDBD);
    String shrinking = cluster.submit(2, "sleep 6", "--nodelist=node03,node04");
    cluster.awaitState(shrinking, "RUNNING");
    TimeUnit.SECONDS.sleep(2);
    cluster.run("scontrol", "update", "JobId=" + shrinking, "NumNodes=1");
  }

  private void asGrace(String command) throws Exception {
    SlurmContainer.Ran ran =
        cluster.execAs(
            "grace",
            "sbatch",
            "--account=six@a100",
            "--constraint=a100",
            "--chdir=/tmp",
            "--output=/dev/null",
            "--gres=gpu:3",
            "--wrap=" + command);
    assertThat(ran.exitCode()).as("%s", ran).isZero();
  }
}
