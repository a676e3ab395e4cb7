package org.bloomery.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares the formulas with the figures that their papers print. */
class ReliabilityTest {
  private static final double RSC_1 = 6.5e-3;
  private static final double RSC_2 = 2.34e-3;

  @ParameterizedTest
  @CsvSource({"16384, 1.803", "131072, 0.225", "1024, 28.8"})
  void meanTimeToFailureByGpus(int gpus, double hours) {
    assertThat(Reliability.meanTimeToFailure(gpus / 8, RSC_1) / 3600)
        .isCloseTo(hours, within(0.005 * hours));
  }

  @ParameterizedTest
  @CsvSource({"16384, 60, 0.676", "16384, 5, 0.931", "2048, 60, 0.960", "4096, 60, 0.919"})
  void effectiveShareOfTheTimeWithSavesThatCostNothing(
      int gpus, double saveMinutes, double expected) {
    double failure = Reliability.meanTimeToFailure(gpus / 8, RSC_1);
    assertThat(Reliability.expectedEttr(failure, 300, saveMinutes * 60, 0))
        .isCloseTo(expected, within(0.001));
  }

  @ParameterizedTest
  @CsvSource({"300, 0.740", "10, 0.921"})
  void twelveThousandGpusNeedSavesOfTenSeconds(double saveSeconds, double expected) {
    double failure = Reliability.meanTimeToFailure(12_000 / 8, RSC_1);
    double optimum = Reliability.youngInterval(saveSeconds, failure);
    assertThat(Reliability.expectedEttr(failure, 300, optimum, saveSeconds))
        .isCloseTo(expected, within(0.002));
  }

  @Test
  void aHundredThousandGpusAtTheBetterRateNeedTwoMinutes() {
    double failure = Reliability.meanTimeToFailure(100_000 / 8, RSC_2);
    assertThat(Reliability.expectedEttr(failure, 120, 120, 0)).isCloseTo(0.939, within(0.001));
  }

  @Test
  void bloomsSavesOf40SecondsWithAFailureAWeekShouldBe6956SecondsApart() {
    double week = 7.0 * 86_400;
    double young = Reliability.youngInterval(40, week);
    assertThat(young).isCloseTo(6956, within(1.0));
    assertThat(Reliability.dalyInterval(40, week)).isCloseTo(6916, within(1.0));
    assertThat(Reliability.waste(young, 40, week)).isCloseTo(0.0115, within(0.00005));
    assertThat(Reliability.waste(3 * 3600, 40, week)).isCloseTo(0.0126, within(0.0001));
    // 720 saves in 90 days are 8 hours of standing still.
    assertThat(720 * 40 / (90.0 * 86_400)).isCloseTo(0.0037, within(0.00005));
  }

  @Test
  void atTheBestIntervalTheWasteIsTheRootOfTwiceTheSaveOverTheTimeBetweenFailures() {
    // Saves of a minute with a failure each 2.34 h: 12 % are lost whatever one does.
    double failure = 2.34 * 3600;
    double best = Reliability.youngInterval(60, failure);
    double waste = Reliability.waste(best, 60, failure);
    assertThat(waste).isCloseTo(Math.sqrt(2 * 60 / failure), within(1e-12));
    assertThat(waste).isCloseTo(0.119, within(0.001));
    for (double other : new double[] {0.5 * best, 0.9 * best, 1.1 * best, 2 * best}) {
      assertThat(Reliability.waste(other, 60, failure)).isGreaterThan(waste);
    }
  }

  @Test
  void noShareAndNoIntervalIsNegative() {
    assertThat(Reliability.expectedEttr(10, 300, 3600, 60)).isZero();
    assertThat(Reliability.dalyInterval(60, 10)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    // ByteRobust: four standby nodes for 1,024.
    "1024, 0.0012, 4",
    "48, 0, 0",
    "48, 1, 48",
    "1, 0.5, 1",
    "10, 0.5, 9",
    "100, 0.01, 4"
  })
  void spareNodesAreAQuantileOfTheBinomial(int nodes, double probability, int expected) {
    assertThat(Reliability.binomialQuantile(nodes, probability, 0.99)).isEqualTo(expected);
  }

  @Test
  void theQuantileIsTheFirstCountThatIsLikelyEnough() {
    for (int nodes : new int[] {1, 7, 48, 200}) {
      for (double probability : new double[] {0.001, 0.02, 0.3, 0.9}) {
        int found = Reliability.binomialQuantile(nodes, probability, 0.99);
        assertThat(cumulated(nodes, probability, found)).isGreaterThanOrEqualTo(0.99 - 1e-9);
        assertThat(found == 0 ? 0 : cumulated(nodes, probability, found - 1)).isLessThan(0.99);
      }
    }
  }

  /** By the recurrence of the distribution over the nodes, one after the other. */
  private static double cumulated(int nodes, double probability, int most) {
    double[] chance = new double[nodes + 1];
    chance[0] = 1;
    for (int node = 1; node <= nodes; node++) {
      for (int count = node; count >= 0; count--) {
        chance[count] =
            chance[count] * (1 - probability) + (count == 0 ? 0 : chance[count - 1] * probability);
      }
    }
    double sum = 0;
    for (int count = 0; count <= most; count++) {
      sum += chance[count];
    }
    return sum;
  }
}
