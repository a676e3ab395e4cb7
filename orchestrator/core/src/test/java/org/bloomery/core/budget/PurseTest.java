package org.bloomery.core.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.Optional;
import org.bloomery.core.ledger.GpuSeconds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PurseTest {
  private static Purse purse(long limit, long posted, long reserved, long running) {
    return new Purse(
        "six-a100",
        "six-a100",
        new GpuSeconds(limit),
        new GpuSeconds(posted),
        new GpuSeconds(reserved),
        new GpuSeconds(running),
        Optional.of(LocalDate.of(2022, 7, 21)),
        Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({"100, 60, 30, 10, true", "100, 60, 30, 11, false", "100, 101, 0, 0, false"})
  void whatIsUsedReservedAndAskedForMustFit(
      long limit, long posted, long reserved, long more, boolean fits) {
    assertThat(purse(limit, posted, reserved, 0).refusal(new GpuSeconds(more)).isEmpty())
        .isEqualTo(fits);
  }

  @Test
  void aRefusalTellsTheNumbersAndTheDay() {
    Purse purse = purse(5_400_000_000L, 5_397_120_000L, 1_440_000, 0);
    assertThat(purse.refusal(new GpuSeconds(27_648_000)))
        .hasValue(
            "allocation six-a100 has no room for 7,680.00 GPU-hours more: of 1,500,000.00,"
                + " 1,499,200.00 are used and 400.00 reserved; at the present rate it runs dry on"
                + " 2022-07-21. Credit it with: bloomery budget credit six-a100 HOURS");
  }

  @ParameterizedTest
  @CsvSource({"100, 60, 30, 39, false", "100, 60, 50, 40, true", "100, 130, 0, 0, true"})
  void itIsUsedUpByWhatIsPostedAndWhatRuns(
      long limit, long posted, long reserved, long running, boolean usedUp) {
    assertThat(purse(limit, posted, reserved, running).exhaustion().isPresent()).isEqualTo(usedUp);
  }

  @Test
  void whatWasBilledBeyondTheLimitIsOvershoot() {
    assertThat(purse(100, 130, 0, 0).overshoot()).isEqualTo(new GpuSeconds(30));
    assertThat(purse(100, 130, 0, 0).left()).isEqualTo(GpuSeconds.ZERO);
    assertThat(purse(100, 60, 30, 0).left()).isEqualTo(new GpuSeconds(10));
  }
}
