package org.bloomery.controlplane.slurm;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a site has set up its SLURM, as far as it matters to runs; a setting that this version does
 * not print is absent. slurm.conf(5) describes each.
 *
 * @param preemptMode what happens to a job whose nodes are needed for another
 * @param requeues whether a job is started again by itself whose node failed, unless it says no
 * @param dependentsAge whether the priority of a job that waits for another grows with its age
 * @param minJobAge how long a finished job stays in the queue
 * @param killWait between the polite and the hard signal
 * @param overTimeLimit how much longer than its limit a job may run; empty for no end
 * @param messageTimeout after which a command gives up on the controller
 * @param unkillableStepTimeout after which processes that do not die count as unkillable
 * @param accounting whether there is a database of jobs
 * @param countsDevices whether it counts GPUs
 */
public record SiteFacts(
    Optional<String> version,
    Optional<String> preemptMode,
    Optional<Boolean> requeues,
    boolean dependentsAge,
    Optional<Duration> minJobAge,
    Optional<Duration> killWait,
    Optional<Duration> overTimeLimit,
    Optional<Duration> messageTimeout,
    Optional<Duration> unkillableStepTimeout,
    boolean accounting,
    boolean countsDevices) {

  private static final Pattern SETTING = Pattern.compile("^(\\w+)\\s*= ?(.*)$");
  private static final Pattern TIME = Pattern.compile("([0-9]{1,9}) ?(sec|min)");

  static List<String> arguments() {
    return List.of("show", "config");
  }

  /** Reads what the controller says. */
  static Report<SiteFacts> read(Answer answer) {
    return Report.of(answer, SiteFacts::read);
  }

  private static Report<SiteFacts> read(Answer.Ended said) {
    if (said.complains()) {
      return new Report.Unclear<>("scontrol: " + said.words());
    }
    Map<String, String> settings = new TreeMap<>();
    for (String line : said.output().lines().toList()) {
      Matcher setting = SETTING.matcher(line);
      if (setting.matches() && !setting.group(2).equals("(null)")) {
        settings.put(setting.group(1), setting.group(2).strip());
      }
    }
    if (!settings.containsKey("SLURM_VERSION") && !settings.containsKey("ClusterName")) {
      return new Report.Unclear<>(
          "scontrol printed something else: " + Answer.oneLine(said.output()));
    }
    return new Report.Clear<>(of(settings));
  }

  private static SiteFacts of(Map<String, String> settings) {
    String storage = settings.getOrDefault("AccountingStorageType", "");
    return new SiteFacts(
        Optional.ofNullable(settings.get("SLURM_VERSION")),
        Optional.ofNullable(settings.get("PreemptMode")),
        Optional.ofNullable(settings.get("JobRequeue")).map(value -> !value.equals("0")),
        settings.getOrDefault("PriorityFlags", "").contains("ACCRUE_ALWAYS"),
        time(settings, "MinJobAge"),
        time(settings, "KillWait"),
        time(settings, "OverTimeLimit"),
        time(settings, "MessageTimeout"),
        time(settings, "UnkillableStepTimeout"),
        !storage.isEmpty() && !storage.endsWith("/none"),
        settings.getOrDefault("AccountingStorageTRES", "").contains("gres/gpu"));
  }

  private static Optional<Duration> time(Map<String, String> settings, String name) {
    Matcher time = TIME.matcher(settings.getOrDefault(name, ""));
    if (!time.matches()) {
      return Optional.empty();
    }
    long number = Long.parseLong(time.group(1));
    return Optional.of(
        time.group(2).equals("sec") ? Duration.ofSeconds(number) : Duration.ofMinutes(number));
  }
}
