package org.bloomery.controlplane.local;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a job on this machine, {@code <boot>-<pid>-<start>}: process ids are reused, but
 * never with the same start time within one boot.
 *
 * @param boot the first 8 hex digits of {@code /proc/sys/kernel/random/boot_id}
 * @param pid of the leader of the job's session, the bash that runs {@code job.sh}
 * @param startTicks when that process started, in clock ticks since boot: field 22 of {@code
 *     /proc/PID/stat}, proc(5)
 */
record JobIdentity(String boot, long pid, long startTicks) {
  private static final Pattern RULE = Pattern.compile("([0-9a-f]{8})-([0-9]{1,10})-([0-9]{1,18})");

  static Optional<JobIdentity> parse(String jobId) {
    Matcher parts = RULE.matcher(jobId);
    return parts.matches()
        ? Optional.of(
            new JobIdentity(
                parts.group(1), Long.parseLong(parts.group(2)), Long.parseLong(parts.group(3))))
        : Optional.empty();
  }

  String jobId() {
    return boot + "-" + pid + "-" + startTicks;
  }
}
