package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A controller is never asked more often than its site allows, and less often when it is ill. */
class PaceTest {
  private static final Duration INTERVAL = Duration.ofSeconds(30);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
  private double chance;
  private final Pace pace = new Pace(INTERVAL, nanos::get, () -> chance);

  private Duration untilDue() {
    Duration waited = Duration.ZERO;
    while (!pace.isDue()) {
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      waited = waited.plusSeconds(1);
    }
    return waited;
  }

  @Test
  void theFirstLookIsDueAtOnceAndTheNextAfterTheInterval() {
    assertThat(pace.isDue()).isTrue();
    pace.looked(true);

    assertThat(untilDue()).isEqualTo(INTERVAL);
  }

  @Test
  void failuresMakeItSlowerUpToALimitAndASuccessMakesItFastAgain() {
    chance = 0.999;
    pace.looked(false);
    assertThat(untilDue()).isEqualTo(Duration.ofMinutes(1));
    pace.looked(false);
    assertThat(untilDue()).isEqualTo(Duration.ofMinutes(2));
    for (int i = 0; i < 20; i++) {
      pace.looked(false);
    }
    assertThat(untilDue()).isEqualTo(Duration.ofMinutes(5));

    pace.looked(true);
    assertThat(untilDue()).isEqualTo(INTERVAL);
  }

  @Test
  void chanceSpreadsThoseWhoWaitButNeverBelowTheInterval() {
    pace.looked(false);
    assertThat(untilDue()).isEqualTo(INTERVAL);
    chance = 0.5;
    pace.looked(false);
    assertThat(untilDue()).isEqualTo(Duration.ofSeconds(75));
  }
}
