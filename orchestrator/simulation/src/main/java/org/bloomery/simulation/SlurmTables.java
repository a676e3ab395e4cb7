package org.bloomery.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the commands of a simulated SLURM print: the forms of 22.05, times in seconds since 1970.
 */
final class SlurmTables {
  private SlurmTables() {}

  /** The title row of squeue. */
  static String queueTitle(String format) {
    return fill(format, SlurmTables::title);
  }

  private static String title(char field) {
    return switch (field) {
      case 'i' -> "JOBID";
      case 'F' -> "ARRAY_JOB_ID";
      case 'K' -> "ARRAY_TASK_ID";
      case 'u' -> "USER";
      case 'T' -> "STATE";
      case 'V' -> "SUBMIT_TIME";
      case 'S' -> "START_TIME";
      case 'e' -> "END_TIME";
      case 'l' -> "TIME_LIMIT";
      case 'D' -> "NODES";
      case 'N' -> "NODELIST";
      case 'Z' -> "WORK_DIR";
      case 'j' -> "NAME";
      case 'r' -> "REASON";
      default -> throw new IllegalArgumentException("squeue --format=%" + field);
    };
  }

  /** A job's row of squeue. */
  static String queueRow(String format, SlurmJob job) {
    return fill(format, field -> queueField(field, job));
  }

  private static String queueField(char field, SlurmJob job) {
    return switch (field) {
      case 'i', 'F' -> Integer.toString(job.id);
      case 'K' -> "N/A";
      case 'u' -> job.request.user();
      case 'T' -> state(job);
      case 'V' -> epoch(Optional.of(job.submit), "N/A");
      case 'S' -> epoch(job.start, "N/A");
      case 'e' -> epoch(end(job), "N/A");
      case 'l' -> limit(job.limit);
      case 'D' -> Integer.toString(job.nodeCount);
      case 'N' -> nodes(job.nodes);
      case 'Z' -> job.request.directory();
      case 'j' -> job.name;
      case 'r' -> job.reason;
      default -> throw new IllegalArgumentException("squeue --format=%" + field);
    };
  }

  private static String state(SlurmJob job) {
    return job.isCompleting() ? "COMPLETING" : job.state.name();
  }

  /** Of a job that runs, when its time is over. */
  private static Optional<Instant> end(SlurmJob job) {
    return job.end.or(() -> job.start.map(start -> start.plus(job.limit)));
  }

  private interface Field {
    String of(char letter);
  }

  private static String fill(String format, Field field) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      if (format.charAt(i) == '%') {
        i++;
        text.append(field.of(format.charAt(i)));
      } else {
        text.append(format.charAt(i));
      }
    }
    return text.append('\n').toString();
  }

  /** A line of {@code scontrol --oneliner show job}. */
  static String details(SlurmJob job) {
    return ("JobId=%d JobName=%s UserId=%s(1000) GroupId=%s(1000) MCS_label=N/A Priority=6555"
            + " JobState=%s Reason=%s Dependency=(null) Requeue=0 Restarts=%d TimeLimit=%s"
            + " SubmitTime=%s StartTime=%s EndTime=%s NodeList=%s NumNodes=%d WorkDir=%s"
            + " StdErr=/dev/null StdIn=/dev/null StdOut=/dev/null Power= \n")
        .formatted(
            job.id,
            job.name,
            job.request.user(),
            job.request.user(),
            state(job),
            job.reason,
            job.restarts,
            limit(job.limit),
            epoch(Optional.of(job.submit), "Unknown"),
            epoch(job.start, "Unknown"),
            epoch(end(job), "Unknown"),
            job.nodes.isEmpty() ? "(null)" : nodes(job.nodes),
            job.nodeCount,
            job.request.directory());
  }

  /** A row of {@code sacct --parsable2}. */
  static String accountingRow(List<String> columns, SlurmDatabase.Row row, Instant now) {
    List<String> values = new ArrayList<>();
    for (String column : columns) {
      values.add(column(column, row, now));
    }
    return String.join("|", values) + "\n";
  }

  private static String column(String name, SlurmDatabase.Row row, Instant now) {
    boolean given = row.start.isPresent();
    return switch (name) {
      case "JobIDRaw", "JobID" -> Integer.toString(row.job.id);
      case "State" -> row.state;
      case "Submit" -> Long.toString(row.submit.getEpochSecond());
      case "Start" -> epoch(row.start, row.end.isPresent() ? "None" : "Unknown");
      case "End" -> epoch(row.end, "Unknown");
      case "ElapsedRaw" -> Long.toString(row.elapsed(now));
      case "AllocTRES" -> given && !row.stub ? tres(row) : "";
      case "NodeList" -> given ? nodes(row.nodes) : "None assigned";
      case "ExitCode" -> row.exitCode;
      case "DerivedExitCode" -> "0:0";
      case "Account" -> "bloom@gpu";
      case "User" -> row.job.request.user();
      case "Partition" -> row.stub ? "" : "gpu";
      case "QOS" -> row.stub ? "Unknown" : "normal";
      case "Flags" -> row.stub ? "StartRecieved" : "SchedMain,StartRecieved";
      case "WorkDir" -> row.stub ? "" : row.job.request.directory();
      case "JobName" -> row.stub ? "allocation" : row.job.name;
      default -> throw new IllegalArgumentException("sacct --format=" + name);
    };
  }

  private static String tres(SlurmDatabase.Row row) {
    int count = row.nodes.size();
    int gpus = count * row.job.gpusPerNode;
    return "billing=%d,cpu=%d,gres/gpu:a100=%d,gres/gpu=%d,mem=%dM,node=%d"
        .formatted(8 * gpus, 8 * gpus, gpus, gpus, 7500 * count, count);
  }

  private static String epoch(Optional<Instant> time, String none) {
    return time.map(at -> Long.toString(at.getEpochSecond())).orElse(none);
  }

  /** {@code 10:00}, {@code 20:00:00}, {@code 4-04:00:00}. */
  static String limit(Duration span) {
    String seconds = ":" + twoDigits(span.toSecondsPart());
    if (span.toHours() == 0) {
      return span.toMinutesPart() + seconds;
    }
    String rest = ":" + twoDigits(span.toMinutesPart()) + seconds;
    return span.toDays() > 0
        ? span.toDays() + "-" + twoDigits(span.toHoursPart()) + rest
        : span.toHours() + rest;
  }

  private static String twoDigits(int number) {
    return number < 10 ? "0" + number : Integer.toString(number);
  }

  /** SLURM's short form of names that end in two digits: {@code node[01-03,07]}. */
  static String nodes(List<String> names) {
    if (names.size() < 2) {
      return String.join(",", names);
    }
    int digits = 2;
    String prefix = names.get(0).substring(0, names.get(0).length() - digits);
    List<String> ranges = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= names.size(); i++) {
      if (i == names.size() || number(names.get(i)) != number(names.get(i - 1)) + 1) {
        String first = names.get(from).substring(prefix.length());
        String last = names.get(i - 1).substring(prefix.length());
        ranges.add(i - 1 == from ? first : first + "-" + last);
        from = i;
      }
    }
    return prefix + "[" + String.join(",", ranges) + "]";
  }

  private static int number(String node) {
    return Integer.parseInt(node.substring(node.length() - 2));
  }
}
