package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.controlplane.process.CommandRunner.Result;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.SampleClusters;
import org.junit.jupiter.api.Test;

/** What a site's settings mean for runs, and that a site that cannot be asked is not guessed at. */
class SiteFactsTest {
  /** In the words of {@code scontrol show config} of SLURM 22.05, shortened. */
  private static final String CONFIG =
      """
      Configuration data as of 2026-11-22T22:27:05
      AccountingStorageTRES   = cpu,mem,energy,node,billing,fs/disk,vmem,pages,gres/gpu
      AccountingStorageType   = accounting_storage/slurmdbd
      BatchStartTimeout       = 10 sec
      BurstBufferType         = (null)
      ClusterName             = bloom
      JobRequeue              = 1
      KillWait                = 5 sec
      MessageTimeout          = 10 sec
      MinJobAge               = 300 sec
      OverTimeLimit           = 0 min
      PreemptMode             = OFF
      PriorityFlags           =\s
      SLURM_VERSION           = 22.05.8
      UnkillableStepTimeout   = 180 sec

      Slurmctld(primary) at vm is UP
      """;

  private static final ClusterProfile PROFILE =
      SampleClusters.slurm("jz", OptionalDouble.empty(), OptionalLong.empty());

  private static SiteFacts facts(String config) {
    return SiteFacts.read(new Answer.Ended(0, config, ""))
        .match(facts -> facts, why -> fail("not clear: " + why));
  }

  private static List<String> doubts(String config) {
    return SiteAdvice.of(facts(config), PROFILE).stream()
        .filter(finding -> finding.level() != Finding.Level.GOOD)
        .map(finding -> finding.text() + " > " + finding.next())
        .toList();
  }

  @Test
  void settingsAreRead() {
    assertThat(facts(CONFIG))
        .isEqualTo(
            new SiteFacts(
                Optional.of("22.05.8"),
                Optional.of("OFF"),
                Optional.of(true),
                false,
                Optional.of(Duration.ofMinutes(5)),
                Optional.of(Duration.ofSeconds(5)),
                Optional.of(Duration.ZERO),
                Optional.of(Duration.ofSeconds(10)),
                Optional.of(Duration.ofMinutes(3)),
                true,
                true));
  }

  @Test
  void whatIsNotPrintedIsAbsent() {
    SiteFacts few =
        facts(
            "ClusterName = x\nOverTimeLimit = UNLIMITED\nPriorityFlags = ACCRUE_ALWAYS,FAIR_TREE");

    assertThat(few.overTimeLimit()).isEmpty();
    assertThat(few.killWait()).isEmpty();
    assertThat(few.dependentsAge()).isTrue();
    assertThat(few.accounting()).isFalse();
  }

  @Test
  void aSiteThatCannotBeAskedIsNotGuessedAt() {
    assertThat(SiteFacts.read(new Answer.Ended(1, "", "Unable to contact slurm controller")))
        .isInstanceOf(Report.Unclear.class);
    assertThat(SiteFacts.read(new Answer.Ended(0, "Welcome\n", "")))
        .isInstanceOf(Report.Unclear.class);
    assertThat(SiteFacts.read(new Answer.Ended(0, "", ""))).isInstanceOf(Report.Unclear.class);
  }

  @Test
  void everySettingIsExplained() {
    assertThat(SiteAdvice.of(facts(CONFIG.replace("5 sec", "90 sec")), PROFILE))
        .hasSize(9)
        .allMatch(finding -> finding.level() == Finding.Level.GOOD)
        .extracting(Finding::text)
        // By the names under which an administrator knows them.
        .anyMatch(text -> text.contains("PreemptMode"))
        .anyMatch(text -> text.contains("JobRequeue"))
        .anyMatch(text -> text.contains("PriorityFlags"))
        .anyMatch(text -> text.contains("MinJobAge"))
        .anyMatch(text -> text.contains("KillWait"))
        .anyMatch(text -> text.contains("OverTimeLimit"));
  }

  @Test
  void whatMakesBillsDoubtfulIsSaid() {
    assertThat(doubts(CONFIG.replace("accounting_storage/slurmdbd", "accounting_storage/none")))
        .anyMatch(text -> text.startsWith("there is no accounting"));
    assertThat(doubts(CONFIG.replace(",gres/gpu", "")))
        .anyMatch(text -> text.startsWith("accounting counts no GPUs"));
    assertThat(doubts(CONFIG.replace("0 min", "30 min")))
        .anyMatch(text -> text.contains("jobs may run 1800 s longer"));
  }

  @Test
  void whatKeepsAJobFromItsLastWordsIsSaid() {
    assertThat(doubts(CONFIG))
        .anyMatch(
            text ->
                text.contains("SIGKILL follows SIGTERM after 5 s")
                    && text.contains("Set timings.killWait to at most 0 s"));
  }

  @Test
  void preemptionIsExplainedByItsMode() {
    assertThat(SiteAdvice.of(facts(CONFIG.replace("= OFF", "= CANCEL")), PROFILE))
        .anyMatch(finding -> finding.text().contains("the control plane submits the next one"));
    assertThat(doubts(CONFIG.replace("= OFF", "= GANG,SUSPEND")))
        .anyMatch(text -> text.contains("looks like one that hangs"));
  }

  @Test
  void whatDiffersFromTheProfileIsSaid() {
    ClusterProfile shipped = SampleClusters.shipped().get("test-cluster");
    String other =
        CONFIG
            .replace("PriorityFlags           =", "PriorityFlags           = ACCRUE_ALWAYS")
            .replace("JobRequeue              = 1", "JobRequeue              = 0")
            .replace("180 sec", "60 sec");

    assertThat(SiteAdvice.of(facts(other), shipped))
        .filteredOn(finding -> finding.next().equals("Correct the profile"))
        .extracting(Finding::text)
        .containsExactly(
            "jobRules.requeues is true in the profile, and false at the site",
            "jobRules.ageOfDependentJobsGrows is false in the profile, and true at the site",
            "jobRules.unkillableTime is 180 s in the profile, and 60 s at the site");
  }

  @Test
  void oddVersionsAndShortOrLongTimesAreSaid() {
    assertThat(doubts(CONFIG.replace("22.05.8", "19.05.2"))).anyMatch(t -> t.contains("19.05.2"));
    assertThat(doubts(CONFIG.replace("300 sec", "10 sec")))
        .anyMatch(text -> text.contains("ends are seen only by accounting"));
    assertThat(doubts(CONFIG.replace("MessageTimeout          = 10", "MessageTimeout = 100")))
        .anyMatch(text -> text.contains("everything here is slow"));
  }

  @Test
  void aSiteIsExaminedThroughItsCommands() {
    SlurmCluster.Here here = new SlurmCluster.Here(Map.of(), Path.of("/run/ada"), "ada");

    assertThat(new SlurmCluster(PROFILE, site("gpu_p5"), here).examine())
        .first()
        .isEqualTo(Finding.good("SLURM 22.05.8"));
    assertThat(new SlurmCluster(PROFILE, site("train"), here).examine())
        .singleElement()
        .matches(finding -> finding.text().contains("it is another cluster"));
    ClusterProfile two = SampleClusters.shipped().get("jean-zay-v100");
    assertThat(new SlurmCluster(two, site("gpu_p13"), here).examine())
        .contains(
            Finding.doubtful("there is no partition gpu_p2 at the site", "Correct the profile"));
    assertThat(
            new SlurmCluster(PROFILE, command -> new Result.NotStarted("scontrol: gone"), here)
                .examine())
        .singleElement()
        .matches(finding -> finding.level() == Finding.Level.BAD)
        .matches(finding -> finding.text().equals("scontrol: gone"));
    String unset = "scontrol: fatal: Could not establish a configuration source\n";
    assertThat(
            new SlurmCluster(PROFILE, command -> new Result.Finished(1, "", unset, false), here)
                .examine())
        .singleElement()
        .matches(finding -> finding.level() == Finding.Level.BAD)
        .matches(finding -> finding.text().startsWith("SLURM is not set up here"));
    assertThat(
            new SlurmCluster(PROFILE, command -> new Result.Finished(1, "", "down", false), here)
                .examine())
        .singleElement()
        .matches(finding -> finding.text().contains("cannot be read: scontrol: down"));
  }

  /** A site with these settings and this partition. */
  private static CommandRunner site(String partition) {
    return command ->
        new Result.Finished(
            0,
            command.argv().contains("config")
                ? CONFIG
                : "PartitionName=" + partition + " AllowGroups=ALL Nodes=node[01-04]\n",
            "",
            false);
  }
}
