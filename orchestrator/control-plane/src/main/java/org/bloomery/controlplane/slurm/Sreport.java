package org.bloomery.controlplane.slurm;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The accounting's own sums. Of its reports, the one of job sizes goes through the jobs themselves
 * (sreport(1), "job SizesByAccount"); the others wait until slurmdbd has summed up full hours.
 */
final class Sreport {
  private static final String TITLE = "Cluster|Account|";

  /** Its last second is told. */
  private static final Pattern PERIOD =
      Pattern.compile("Job Sizes \\S+ - (\\S+) \\([0-9]+ secs\\)");

  private Sreport() {}

  /** What all accounts have used of all devices in a window whose ends are full hours. */
  static List<String> devices(Sacct.Window window) {
    return List.of(
        "--parsable2",
        "--local",
        "-t",
        "Seconds",
        "-T",
        "gres/gpu",
        "job",
        "SizesByAccount",
        "FlatView",
        "Start=" + Epoch.option(window.from()),
        "End=" + Epoch.option(window.to()));
  }

  /**
   * What a report says.
   *
   * @param until to when it goes, in seconds since 1970: the end is never later than now, and
   *     rounded to a full hour
   * @param gpuSeconds of all sizes and all accounts
   */
  record Said(long until, long gpuSeconds) {}

  /** Reads a report; empty if this is none. */
  static Optional<Said> read(String output) {
    List<String> lines = output.lines().toList();
    int title = 0;
    OptionalLong last = OptionalLong.empty();
    while (title < lines.size() && !lines.get(title).startsWith(TITLE)) {
      Matcher period = PERIOD.matcher(lines.get(title));
      last = period.matches() ? Epoch.parse(period.group(1)) : last;
      title++;
    }
    if (title == lines.size() || last.isEmpty() || !output.endsWith("\n")) {
      return Optional.empty();
    }
    int sizes = lines.get(title).split("\\|", -1).length - 3;
    long sum = 0;
    for (String line : lines.subList(title + 1, lines.size())) {
      String[] fields = line.split("\\|", -1);
      // Behind the cluster and the account stand the sizes, and then a share.
      for (int i = 2; i < 2 + sizes; i++) {
        if (fields.length != sizes + 3 || !fields[i].matches("[0-9]{1,18}")) {
          return Optional.empty();
        }
        sum += Long.parseLong(fields[i]);
      }
    }
    return Optional.of(new Said(last.getAsLong() + 1, sum));
  }
}
