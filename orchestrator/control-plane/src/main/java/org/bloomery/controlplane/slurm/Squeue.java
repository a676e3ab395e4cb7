package org.bloomery.controlplane.slurm;

import java.util.ArrayList;
import java.util.List;
import org.bloomery.core.slurm.HostList;

/**
 * The query of the queue. Every row stands between marks, so that a name with a line break in it
 * does not look like a broken answer, and the title row is asked for: it proves that {@code squeue}
 * itself has answered, where an empty output would also come from a wrapper that failed.
 */
final class Squeue {
  /**
   * In the order of {@link QueueRow}; what other people's jobs can fill with anything comes last.
   * squeue(1), "--format": a number would cut, so there is none.
   */
  static final String FORMAT = "bloomery|%i|%F|%K|%u|%T|%V|%S|%e|%l|%D|%N|%Z|%j|%r|end";

  private static final String BEGIN = "bloomery|";
  private static final String END = "|end";
  private static final int FIELDS = 14;

  private Squeue() {}

  /** All jobs of a user, also those in partitions that are hidden, and those just over. */
  static List<String> ofUser(String user) {
    return List.of("--all", "--local", "--states=all", "--user=" + user, "--format=" + FORMAT);
  }

  /** One job of a user; an id that is not known is an error there. */
  static List<String> job(String user, String jobId) {
    List<String> arguments = new ArrayList<>(ofUser(user));
    arguments.add("--jobs=" + jobId);
    return arguments;
  }

  /** Reads the answer to either. */
  static Report<List<QueueRow>> read(Answer answer) {
    return Report.of(answer, Squeue::read);
  }

  private static Report<List<QueueRow>> read(Answer.Ended said) {
    if (said.complains()) {
      return new Report.Unclear<>("squeue: " + said.words());
    }
    return rows(said.output());
  }

  private static Report<List<QueueRow>> rows(String output) {
    List<QueueRow> rows = new ArrayList<>();
    boolean titled = false;
    StringBuilder row = new StringBuilder();
    for (String line : output.lines().toList()) {
      if (row.length() == 0 && !line.startsWith(BEGIN)) {
        return new Report.Unclear<>("squeue printed something else: " + Answer.oneLine(line));
      }
      row.append(row.length() == 0 ? "" : "\n").append(line);
      if (!line.endsWith(END)) {
        continue;
      }
      String text = row.substring(BEGIN.length(), row.length() - END.length());
      row.setLength(0);
      // Everything from the last field on belongs to it: a reason may contain the separator.
      String[] fields = text.split("\\|", FIELDS);
      if (fields.length < FIELDS) {
        return new Report.Unclear<>("squeue printed a broken row: " + Answer.oneLine(text));
      }
      if (titled) {
        rows.add(row(fields));
      } else if (fields[0].equals("JOBID")) {
        titled = true;
      } else {
        return new Report.Unclear<>("squeue printed no title: " + Answer.oneLine(text));
      }
    }
    if (row.length() > 0) {
      return new Report.Unclear<>("squeue's answer is cut: " + Answer.oneLine(row.toString()));
    }
    return titled
        ? new Report.Clear<>(List.copyOf(rows))
        : new Report.Unclear<>("squeue ended well, but printed nothing");
  }

  private static QueueRow row(String[] fields) {
    return new QueueRow(
        fields[0],
        fields[3],
        fields[4],
        Epoch.parse(fields[5]),
        Epoch.parse(fields[6]),
        Epoch.parse(fields[7]),
        TimeLimit.parse(fields[8]),
        HostList.expand(fields[10]),
        fields[11],
        fields[12],
        fields[13]);
  }
}
