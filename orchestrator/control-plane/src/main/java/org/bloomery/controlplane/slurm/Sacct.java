package org.bloomery.controlplane.slurm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import org.bloomery.core.slurm.HostList;
import org.bloomery.core.slurm.Tres;

/**
 * The query of the accounting: one row for each incarnation of a job, those that a requeue has
 * ended included, else their hours would be missing.
 */
final class Sacct {
  /** In this order; what can contain anything comes last. */
  static final String COLUMNS =
      "JobIDRaw,JobID,State,Submit,Start,End,ElapsedRaw,AllocTRES,NodeList,ExitCode,"
          + "DerivedExitCode,Account,User,Partition,QOS,Flags,WorkDir,JobName";

  /**
   * Without a list of states sacct shows only jobs that were eligible in the window, and so hides
   * those that were cancelled while they were held or waited for another job (sacct(1), "default
   * time window"). These are all states that a row can keep, in 20.11 and since.
   */
  private static final String STATES = "BF,CA,CD,DL,F,NF,OOM,PD,PR,R,RQ,RS,RV,S,TO";

  /** Longer lists would not fit into one argument of a process (128 KiB on Linux). */
  static final int LIST_CHARS_MAX = 90_000;

  private static final int FIELDS = 18;

  private Sacct() {}

  /** A time span, in seconds since 1970 UTC. */
  record Window(long from, long to) {}

  /** All incarnations of the jobs of these names. */
  static List<String> named(String user, Collection<String> names, Window window) {
    List<String> arguments = common(user, window);
    arguments.add("--state=" + STATES);
    arguments.add("--name=" + String.join(",", names));
    return arguments;
  }

  /** All incarnations of these jobs, whatever they are called by now. */
  static List<String> numbered(String user, Collection<String> jobIds, Window window) {
    List<String> arguments = common(user, window);
    arguments.add("--jobs=" + String.join(",", jobIds));
    return arguments;
  }

  /** All incarnations of all jobs of all users, for the ledger. */
  static List<String> ofAll(Window window) {
    return List.of(
        "--allusers",
        "--allocations",
        "--duplicates",
        "--parsable2",
        "--state=" + STATES,
        "--starttime=" + Epoch.option(window.from()),
        "--endtime=" + Epoch.option(window.to()),
        "--format="
            + "JobID,State,Submit,Start,End,ElapsedRaw,AllocTRES,NodeList,Account,User,Partition,"
            + "WorkDir,JobName");
  }

  /** The same, of each job what lies in the window. */
  static List<String> partsOfAll(Window window) {
    List<String> arguments = new ArrayList<>(ofAll(window));
    arguments.add("--truncate");
    return arguments;
  }

  private static List<String> common(String user, Window window) {
    return new ArrayList<>(
        List.of(
            "--allocations",
            "--duplicates",
            "--parsable2",
            "--user=" + user,
            "--starttime=" + Epoch.option(window.from()),
            "--endtime=" + Epoch.option(window.to()),
            "--format=" + COLUMNS));
  }

  /** Reads the answer to either. The title proves that {@code sacct} itself has answered. */
  static Report<List<AccountingRow>> read(Answer answer) {
    return Report.of(answer, Sacct::read);
  }

  private static Report<List<AccountingRow>> read(Answer.Ended said) {
    if (said.complains()) {
      return new Report.Unclear<>("sacct: " + said.words());
    }
    if (said.output().isEmpty()) {
      return new Report.Unclear<>("sacct ended well, but printed nothing");
    }
    if (!said.output().endsWith("\n")) {
      return new Report.Unclear<>("sacct's answer is cut");
    }
    List<String> lines = said.output().lines().toList();
    if (!lines.get(0).equals(COLUMNS.replace(',', '|'))) {
      return new Report.Unclear<>("sacct printed something else: " + Answer.oneLine(lines.get(0)));
    }
    return rows(lines.subList(1, lines.size()));
  }

  private static Report<List<AccountingRow>> rows(List<String> lines) {
    List<AccountingRow> rows = new ArrayList<>();
    for (String line : lines) {
      String[] fields = line.split("\\|", FIELDS);
      if (fields.length < FIELDS || !fields[0].matches("[0-9]+")) {
        return new Report.Unclear<>("sacct printed a broken row: " + Answer.oneLine(line));
      }
      rows.add(row(fields));
    }
    return new Report.Clear<>(List.copyOf(rows));
  }

  private static AccountingRow row(String[] fields) {
    OptionalLong elapsed =
        fields[6].matches("[0-9]{1,10}")
            ? OptionalLong.of(Long.parseLong(fields[6]))
            : OptionalLong.empty();
    return new AccountingRow(
        fields[0],
        fields[2],
        Epoch.parse(fields[3]),
        Epoch.parse(fields[4]),
        Epoch.parse(fields[5]),
        elapsed,
        Tres.parse(fields[7]),
        HostList.expand(fields[8]),
        fields[9],
        fields[16],
        fields[12],
        fields[13],
        fields[17]);
  }
}
