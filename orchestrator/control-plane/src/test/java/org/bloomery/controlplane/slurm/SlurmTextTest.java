package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small forms in SLURM's output: times, spans, lists of nodes, what a job was given. */
class SlurmTextTest {

  @Test
  void timesAreSecondsOrDatesInUtc() {
    assertThat(Epoch.parse("1795508595")).hasValue(1_795_508_595L);
    assertThat(Epoch.parse("2026-11-24T08:23:15")).hasValue(1_795_508_595L);
    assertThat(Epoch.option(1_795_508_595L)).isEqualTo("2026-11-24T08:23:15");
  }

  /** 4294967294 is NO_VAL, which some versions print where there is no time. */
  @ParameterizedTest
  @ValueSource(
      strings = {"N/A", "Unknown", "None", "", "0", "4294967294", "INVALID", "-1", "12:00"})
  void whatIsNoTimeIsNone(String text) {
    assertThat(Epoch.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "5:00, PT5M",
    "0:30, PT30S",
    "20:00:00, PT20H",
    "4-04:00:00, PT100H",
    "00:20:00, PT20M",
  })
  void spansAreRead(String text, Duration span) {
    assertThat(TimeLimit.parse(text)).hasValue(span);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UNLIMITED", "INVALID", "Partition_Limit", "", "5", "NOT_SET"})
  void whatIsNoSpanIsNone(String text) {
    assertThat(TimeLimit.parse(text)).isEmpty();
  }

  @Test
  void aLimitIsGivenInWholeMinutesThatAreNotLess() {
    assertThat(TimeLimit.option(Duration.ofMinutes(20))).isEqualTo("20");
    assertThat(TimeLimit.option(Duration.ofSeconds(61))).isEqualTo("2");
    assertThat(TimeLimit.option(Duration.ZERO)).as("0 would mean no limit").isEqualTo("1");
  }

  @Test
  void nodesAreExpanded() {
    assertThat(HostList.expand("node01")).containsExactly("node01");
    assertThat(HostList.expand("node[08-10,12],login1"))
        .containsExactly("node08", "node09", "node10", "node12", "login1");
    assertThat(HostList.expand("r[1-2]n[01-02]"))
        .containsExactly("r1n01", "r1n02", "r2n01", "r2n02");
    assertThat(HostList.expand("n[9-11]x")).containsExactly("n9x", "n10x", "n11x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "(null)", "None assigned", "None"})
  void noNodesAreNone(String text) {
    assertThat(HostList.expand(text)).isEmpty();
  }

  @Test
  void aDamagedListFillsNoMemory() {
    assertThat(HostList.expand("n[0-999999999]")).hasSize(HostList.NAMES_MAX);
    assertThat(HostList.expand("n[0-9999][0-9999]")).hasSize(HostList.NAMES_MAX);
    assertThat(HostList.expand("n[1-")).containsExactly("n[1-");
    assertThat(HostList.expand("n[5-2]")).isEmpty();
  }

  @Test
  void devicesAreTheTotalAndNotItsPartsAgain() {
    assertThat(
            Tres.parse("billing=3072,cpu=3072,gres/gpu:a100=384,gres/gpu=384,mem=48000M,node=48"))
        .isEqualTo(new Tres(48, 3072, OptionalLong.of(384)));
    assertThat(Tres.parse("cpu=4,gres/gpu:a100=2,gres/gpu:v100=4,node=2").devices())
        .as("without a total the types are summed")
        .hasValue(6);
    assertThat(Tres.parse("cpu=4,gres/gpu=0,node=1").devices()).hasValue(0);
  }

  @Test
  void aSiteThatCountsNoDevicesSaysNothingAboutThem() {
    assertThat(Tres.parse("billing=2,cpu=2,mem=2000M,node=1"))
        .isEqualTo(new Tres(1, 2, OptionalLong.empty()));
    assertThat(Tres.parse("")).isEqualTo(new Tres(0, 0, OptionalLong.empty()));
    assertThat(Tres.parse("gres/gpu=lots,node=,=,cpu").devices()).isEmpty();
  }
}
