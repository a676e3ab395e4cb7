package org.bloomery.controlplane.slurm;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What {@link FakeSlurm} prints, in the forms of SLURM 22.05 with times in seconds since 1970. */
final class FakeTables {
  private static final Map<Character, String> TITLES = new TreeMap<>();

  static {
    TITLES.put('i', "JOBID");
    TITLES.put('F', "ARRAY_JOB_ID");
    TITLES.put('K', "ARRAY_TASK_ID");
    TITLES.put('u', "USER");
    TITLES.put('T', "STATE");
    TITLES.put('V', "SUBMIT_TIME");
    TITLES.put('S', "START_TIME");
    TITLES.put('e', "END_TIME");
    TITLES.put('l', "TIME_LIMIT");
    TITLES.put('D', "NODES");
    TITLES.put('N', "NODELIST");
    TITLES.put('Z', "WORK_DIR");
    TITLES.put('j', "NAME");
    TITLES.put('r', "REASON");
  }

  private FakeTables() {}

  static String queueTitle(String format) {
    return fill(format, TITLES);
  }

  static String queueRow(String format, FakeJob job, Instant now) {
    Map<Character, String> values = new TreeMap<>();
    values.put('i', job.id);
    values.put('F', job.id);
    values.put('K', "N/A");
    values.put('u', job.user);
    // squeue has no words for by whom.
    values.put('T', firstWord(job.shownState(now)));
    values.put('V', epoch(Optional.of(job.submit), "N/A"));
    values.put('S', epoch(job.start, "N/A"));
    values.put('e', epoch(job.end, "N/A"));
    values.put('l', "%d:%02d:00".formatted(job.limit.toHours(), job.limit.toMinutesPart()));
    values.put('D', "1");
    values.put('N', job.start.isPresent() ? "n1" : "");
    values.put('Z', job.directory.toString());
    values.put('j', job.name);
    values.put('r', job.reason);
    return fill(format, values);
  }

  private static String fill(String format, Map<Character, String> values) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      if (format.charAt(i) == '%') {
        i++;
        text.append(values.get(format.charAt(i)));
      } else {
        text.append(format.charAt(i));
      }
    }
    return text.append('\n').toString();
  }

  static String details(FakeJob job, Instant now) {
    return ("JobId=%s JobName=%s UserId=%s(1000) GroupId=%s(1000) JobState=%s Reason=%s"
            + " Requeue=0 Restarts=%d TimeLimit=01:00:00 SubmitTime=%s StartTime=%s EndTime=%s"
            + " NodeList=%s WorkDir=%s Comment=with blanks \n")
        .formatted(
            job.id,
            job.name,
            job.user,
            job.user,
            firstWord(job.shownState(now)),
            job.reason,
            job.restarts,
            epoch(Optional.of(job.submit), "Unknown"),
            epoch(job.start, "Unknown"),
            epoch(job.end, "Unknown"),
            job.start.isPresent() ? "n1" : "(null)",
            job.directory);
  }

  /** A row as accounting has it by now: an end reaches it only after its lag. */
  static String accountingRow(
      List<String> columns, FakeJob job, Instant now, Duration lag, String name) {
    boolean ended = job.end.filter(end -> !now.isBefore(end.plus(lag))).isPresent();
    Optional<Instant> end = ended ? job.end : Optional.empty();
    String state = ended ? job.state : job.start.isPresent() ? "RUNNING" : "PENDING";
    long elapsed =
        job.start.map(start -> Duration.between(start, end.orElse(now)).toSeconds()).orElse(0L);
    Map<String, String> values = new TreeMap<>();
    values.put("JobIDRaw", job.id);
    values.put("JobID", job.id);
    values.put("JobName", name);
    values.put("State", state);
    values.put("Submit", epoch(Optional.of(job.submit), "Unknown"));
    values.put("Start", epoch(job.start, ended ? "None" : "Unknown"));
    values.put("End", epoch(end, "Unknown"));
    values.put("ElapsedRaw", Long.toString(elapsed));
    values.put(
        "AllocTRES",
        job.start.isPresent() ? "billing=64,cpu=64,gres/gpu:a100=2,gres/gpu=2,node=1" : "");
    values.put("NodeList", job.start.isPresent() ? "n1" : "None assigned");
    values.put("ExitCode", job.exitCode);
    values.put("DerivedExitCode", "0:0");
    values.put("Account", "bloom");
    values.put("User", job.user);
    values.put("Partition", "train");
    values.put("QOS", "normal");
    values.put("Flags", "SchedMain,StartRecieved");
    values.put("WorkDir", job.directory.toString());
    return columns.stream().map(values::get).collect(Collectors.joining("|")) + "\n";
  }

  static String nodeRow(String name, Optional<Instant> lost) {
    String state = lost.isPresent() ? "down*" : "idle";
    return "bloomery|" + name + "|" + state + "|" + epoch(lost, "Unknown") + "|end\n";
  }

  private static String firstWord(String text) {
    int blank = text.indexOf(' ');
    return blank < 0 ? text : text.substring(0, blank);
  }

  private static String epoch(Optional<Instant> time, String none) {
    return time.map(at -> Long.toString(at.getEpochSecond())).orElse(none);
  }
}
