package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small forms in SLURM's output: times and spans. */
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
}
