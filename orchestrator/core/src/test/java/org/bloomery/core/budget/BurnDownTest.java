package org.bloomery.core.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BurnDownTest {
  private static final LocalDate TODAY = LocalDate.of(2022, 5, 14);

  /** So much on each of the last days, today last. */
  private static BurnDown of(long... days) {
    TreeMap<LocalDate, Long> daily = new TreeMap<>();
    for (int i = 0; i < days.length; i++) {
      daily.put(TODAY.minusDays(days.length - 1L - i), days[i]);
    }
    return new BurnDown(daily, TODAY);
  }

  private static BurnDown steady(long perDay) {
    long[] days = new long[BurnDown.RATE_DAYS];
    java.util.Arrays.fill(days, perDay);
    return of(days);
  }

  @Test
  void aSteadyRateHasNoBand() {
    Optional<LocalDate> inTenDays = Optional.of(TODAY.plusDays(10));
    assertThat(steady(100).dry(1000, 0))
        .isEqualTo(new BurnDown.Dry(inTenDays, inTenDays, inTenDays));
    assertThat(steady(100).perDay(0)).isEqualTo(100);
    assertThat(steady(100).posted()).isEqualTo(1400);
  }

  @Test
  void differentDaysMakeTheForecastWider() {
    BurnDown uneven = of(0, 200, 0, 200, 0, 200, 0, 200, 0, 200, 0, 200, 0, 200);
    BurnDown.Dry dry = uneven.dry(10_000, 0);
    // 100 a day with a standard deviation of 103.8: the mean lies within 64.4 and 135.6.
    assertThat(dry.expected()).hasValue(TODAY.plusDays(100));
    assertThat(dry.earliest()).hasValue(TODAY.plusDays(73));
    assertThat(dry.latest()).hasValue(TODAY.plusDays(155));
  }

  @Test
  void oneBusyDayMayBeTheLast() {
    BurnDown.Dry dry = of(1400).dry(10_000, 0);
    assertThat(dry.expected()).hasValue(TODAY.plusDays(100));
    assertThat(dry.latest()).isEmpty();
  }

  @Test
  void whatIsUsedUpIsDryToday() {
    assertThat(steady(100).dry(0, 0).expected()).hasValue(TODAY);
    assertThat(of().dry(10, 0))
        .isEqualTo(new BurnDown.Dry(Optional.empty(), Optional.empty(), Optional.empty()));
  }

  @Test
  void whatIsLeftFallsDayByDay() {
    assertThat(of(10, 0, 30).points(100))
        .isEqualTo(
            List.of(
                new BurnDown.Point(TODAY.minusDays(2), 90),
                new BurnDown.Point(TODAY.minusDays(1), 90),
                new BurnDown.Point(TODAY, 60)));
  }
}
