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

  private void look(boolean well) {
    pace.begins();
    pace.looked(well);
  }

  @Test
  void theFirstLookIsDueAtOnceAndTheNextAfterTheInterval() {
    assertThat(pace.isDue()).isTrue();
    look(true);

    assertThat(untilDue()).isEqualTo(INTERVAL);
  }

  @Test
  void theIntervalCountsFromTheBeginningOfALook() {
    pace.begins();
    nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    pace.looked(true);

    assertThat(untilDue()).isEqualTo(INTERVAL.minusSeconds(10));
  }

  @Test
  void aControllerThatTakesLongIsLeftAloneForAWhile() {
    pace.begins();
    nanos.addAndGet(Duration.ofMinutes(2).toNanos());
    pace.looked(true);

    assertThat(untilDue()).isEqualTo(INTERVAL.dividedBy(2));
  }

  @Test
  void failuresMakeItSlowerUpToALimitAndASuccessMakesItFastAgain() {
    chance = 0.999;
    look(false);
    assertThat(untilDue()).isEqualTo(Duration.ofMinutes(1));
    look(false);
    assertThat(untilDue()).isEqualTo(Duration.ofMinutes(2));
    for (int i = 0; i < 20; i++) {
      look(false);
    }
    assertThat(untilDue()).isEqualTo(Duration.ofMinutes(5));

    look(true);
    assertThat(untilDue()).isEqualTo(INTERVAL);
  }

  @Test
  void chanceSpreadsThoseWhoWaitButNeverBelowTheInterval() {
    look(false);
    assertThat(untilDue()).isEqualTo(INTERVAL);
    chance = 0.5;
    look(false);
    assertThat(untilDue()).isEqualTo(Duration.ofSeconds(75));
  }
}
