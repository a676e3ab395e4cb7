package org.bloomery.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One job as the cluster's own accounting has it in the end, read without any of our own code.
 *
 * @param start and {@code end} in seconds since 1970; a job that never ran has no start
 * @param devices that it was given
 */
record AccountedJob(
    String id,
    String name,
    String state,
    long submit,
    OptionalLong start,
    long end,
    long elapsed,
    long devices,
    Path directory) {

  private static final String FIELDS =
      "JobIDRaw,JobName,State,Submit,Start,End,ElapsedRaw,AllocTRES,WorkDir";
  private static final Pattern DEVICES = Pattern.compile("(?:^|,)gres/gpu=([0-9]+)");
  private static final Pattern CLAIMANT = Pattern.compile("\"jobId\":\"([0-9]+)\"");
  private static final int TRIES_MAX = 120;

  /** All jobs of the tests' user, once all are over and none of the rows is a stub. */
  static List<AccountedJob> all(SlurmContainer cluster) throws Exception {
    cluster.await(String::isEmpty, "squeue", "--noheader");
    List<String> rows = List.of();
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      rows = rows(cluster);
      if (rows.stream().allMatch(AccountedJob::isFinal)) {
        return rows.stream().map(AccountedJob::of).toList();
      }
      TimeUnit.MILLISECONDS.sleep(500);
    }
    throw new AssertionError("still not final: " + rows);
  }

  private static List<String> rows(SlurmContainer cluster) throws Exception {
    String output =
        cluster.run(
            "env",
            "SLURM_TIME_FORMAT=%s",
            "TZ=UTC",
            "sacct",
            "--allocations",
            "--duplicates",
            "--noheader",
            "--parsable2",
            "--user=" + cluster.user(),
            "--starttime=2020-01-01",
            "--endtime=now+1day",
            "--state=BF,CA,CD,DL,F,NF,OOM,PD,PR,R,RQ,RS,RV,S,TO",
            "--format=" + FIELDS);
    return new ArrayList<>(output.lines().toList());
  }

  private static boolean isFinal(String row) {
    String[] fields = row.split("\\|", -1);
    return fields[5].matches("[0-9]+") && !fields[8].isEmpty();
  }

  private static AccountedJob of(String row) {
    String[] fields = row.split("\\|", -1);
    assertThat(fields).as(row).hasSize(9);
    Matcher devices = DEVICES.matcher(fields[7]);
    return new AccountedJob(
        fields[0],
        fields[1],
        fields[2],
        Long.parseLong(fields[3]),
        fields[4].matches("[0-9]+")
            ? OptionalLong.of(Long.parseLong(fields[4]))
            : OptionalLong.empty(),
        Long.parseLong(fields[5]),
        Long.parseLong(fields[6]),
        devices.find() ? Long.parseLong(devices.group(1)) : 0,
        Path.of(fields[8]));
  }

  /** The name of the run whose directory it worked in. */
  String run() {
    return directory.getParent().getParent().getFileName().toString();
  }

  /** Whether it claimed its attempt's directory: any other job of that attempt is fenced. */
  boolean hasClaimed() {
    try {
      Path claim = directory.resolve("claim");
      Matcher claimant =
          CLAIMANT.matcher(Files.exists(claim) ? Files.readString(claim, UTF_8) : "");
      return claimant.find() && claimant.group(1).equals(id);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
