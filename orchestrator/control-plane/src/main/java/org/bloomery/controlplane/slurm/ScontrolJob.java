package org.bloomery.controlplane.slurm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bloomery.core.slurm.HostList;

/** One job in the controller's own words: {@code scontrol show job}. */
final class ScontrolJob {
  /** The words are of the form {@code Key=value}; the values that matter here have no blanks. */
  private static final Pattern WORD = Pattern.compile("(?:^|\\s)([A-Za-z]+)=(\\S*)");

  private ScontrolJob() {}

  static List<String> show(String jobId) {
    return List.of("--oneliner", "show", "job", jobId);
  }

  /** What the controller has of the job; no row means that it does not know the id. */
  static Report<List<QueueRow>> read(Answer answer) {
    return Report.of(answer, ScontrolJob::read);
  }

  private static Report<List<QueueRow>> read(Answer.Ended said) {
    if (said.exitCode() == 1 && said.errors().contains(Refusals.INVALID_JOB_ID)) {
      return new Report.Clear<>(List.of());
    }
    if (said.complains()) {
      return new Report.Unclear<>("scontrol: " + said.words());
    }
    List<QueueRow> rows = new ArrayList<>();
    for (String line : said.output().lines().filter(text -> !text.isBlank()).toList()) {
      Optional<QueueRow> row = row(line);
      if (row.isEmpty()) {
        return new Report.Unclear<>("scontrol printed something else: " + Answer.oneLine(line));
      }
      rows.add(row.get());
    }
    return rows.isEmpty()
        ? new Report.Unclear<>("scontrol ended well, but printed nothing")
        : new Report.Clear<>(List.copyOf(rows));
  }

  private static Optional<QueueRow> row(String line) {
    String user = value(line, "UserId");
    int bracket = user.indexOf('(');
    if (value(line, "JobId").isEmpty() || value(line, "JobState").isEmpty() || bracket < 0) {
      return Optional.empty();
    }
    return Optional.of(
        new QueueRow(
            value(line, "JobId"),
            user.substring(0, bracket),
            value(line, "JobState"),
            Epoch.parse(value(line, "SubmitTime")),
            Epoch.parse(value(line, "StartTime")),
            Epoch.parse(value(line, "EndTime")),
            TimeLimit.parse(value(line, "TimeLimit")),
            HostList.expand(value(line, "NodeList")),
            value(line, "WorkDir"),
            value(line, "JobName"),
            value(line, "Reason")));
  }

  /** The first value of this key, or nothing. */
  private static String value(String line, String key) {
    Matcher words = WORD.matcher(line);
    while (words.find()) {
      if (words.group(1).equals(key)) {
        return words.group(2);
      }
    }
    return "";
  }
}
