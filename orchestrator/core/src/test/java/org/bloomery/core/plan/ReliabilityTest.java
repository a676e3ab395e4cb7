package org.bloomery.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares the formulas with the figures that their papers print. */
class ReliabilityTest {

  @ParameterizedTest
  @CsvSource({"16384, 1.80", "131072, 0.23", "1024, 28.8"})
  void meanTimeToFailureByGpus(int gpus, double hours) {
    assertThat(Reliability.meanTimeToFailure(gpus / 8, 6.5e-3) / 3600)
        .isCloseTo(hours, within(0.01 * hours + 0.005));
  }

  @ParameterizedTest
  @CsvSource({
    "16384, 60, 0, 0.676",
    "16384, 5, 0, 0.931",
    "2048, 60, 0, 0.960",
    "4096, 60, 0, 0.919"
  })
  void effectiveShareOfTheTime(int gpus, double saveMinutes, double saveTime, double expected) {
    double failure = Reliability.meanTimeToFailure(gpus / 8, 6.5e-3);
    assertThat(Reliability.expectedEttr(failure, 300, saveMinutes * 60, saveTime))
        .isCloseTo(expected, within(0.001));
  }

  @Test
  void bloomsSavesOf40SecondsWithAFailureAWeekShouldBe6956SecondsApart() {
    assertThat(Reliability.youngInterval(40, 7.0 * 86_400)).isCloseTo(6956, within(1.0));
  }

  @Test
  void theShareIsNeverNegative() {
    assertThat(Reliability.expectedEttr(10, 300, 3600, 60)).isZero();
  }
}
