package org.bloomery.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.bloomery.core.run.RunHistory;
import org.junit.jupiter.api.Test;

/** Goal: what is still to be used is told by the run's own speed. */
class ProjectionTest {
  private static final RunHistory NEW = RunHistory.of(List.of());

  @Test
  void beforeTheFirstBillEveryStepIsKept() {
    Projection.Steps steps = new Projection.Steps(10, 1_052);
    assertThat(Projection.of(NEW, 1_000, steps, 384))
        .hasValue(new Projection(1_000, 105.2, 1, 384L * 105_200, Duration.ofSeconds(105_200)));
  }

  @Test
  void withoutAStepOrWithNothingToGoThereIsNoProjection() {
    assertThat(Projection.of(NEW, 1_000, Projection.Steps.NONE, 384)).isEmpty();
    assertThat(Projection.of(NEW, 0, new Projection.Steps(10, 1_052), 384)).isEmpty();
  }
}
