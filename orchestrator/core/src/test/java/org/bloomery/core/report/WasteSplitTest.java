package org.bloomery.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.LongStream;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunHistory;
import org.bloomery.core.training.Pauses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Goal: whatever an attempt did, its parts are none below zero and sum to its bill. */
class WasteSplitTest {
  private static final Instant START = Instant.parse("2022-03-11T00:00:00Z");

  private static Posting posting(long elapsed, long charged) {
    return new Posting(
        new JobKey("c", "1", 1),
        new RunId("tr11"),
        Optional.of(1),
        "six",
        "ada",
        START,
        START.plusSeconds(elapsed),
        List.of(),
        new GpuSeconds(charged),
        new GpuSeconds(charged),
        Posting.Source.ACCOUNTING,
        true);
  }

  private static RunHistory.AttemptSummary attempt(
      EndCause cause, Posting posting, long steps, double stepSeconds, long lost, Pauses pauses) {
    return new RunHistory.AttemptSummary(
        1,
        Optional.empty(),
        START,
        Optional.of(posting.job()),
        Optional.of(START),
        List.of(),
        Optional.of(
            new RunEvent.AttemptEnded(
                1,
                cause,
                List.of(),
                List.of(),
                OptionalLong.of(1),
                OptionalLong.of(steps),
                steps,
                stepSeconds,
                Optional.of(pauses))),
        Optional.of(posting),
        new GpuSeconds(lost));
  }

  @Test
  void stepsAreProductiveUnlessTheyWereDoneAgain() {
    WasteSplit split =
        WasteSplit.of(
            attempt(EndCause.NODE_FAILURE, posting(1000, 384_000), 8, 800, 76_800, Pauses.NONE));
    assertThat(split.of(WasteKind.PRODUCTIVE)).isEqualTo(600 * 384);
    assertThat(split.of(WasteKind.LOST)).isEqualTo(200 * 384);
    assertThat(split.of(WasteKind.START_UP)).isEqualTo(200 * 384);
  }

  @Test
  void whatTheTrainerMeasuredIsTakenOutOfTheRest() {
    WasteSplit split =
        WasteSplit.of(
            attempt(EndCause.PLANNED_EXIT, posting(1000, 384_000), 8, 800, 0, new Pauses(40, 60)));
    assertThat(split.of(WasteKind.PRODUCTIVE)).isEqualTo(800 * 384);
    assertThat(split.of(WasteKind.CHECKPOINT_SAVE)).isEqualTo(40 * 384);
    assertThat(split.of(WasteKind.VALIDATION)).isEqualTo(60 * 384);
    assertThat(split.of(WasteKind.START_UP)).isEqualTo(100 * 384);
  }

  @Test
  void timeWithoutStepsIsAHangWhereThatWasTheEnd() {
    WasteSplit split =
        WasteSplit.of(attempt(EndCause.HANG, posting(1000, 1000), 1, 100, 0, Pauses.NONE));
    assertThat(split.of(WasteKind.HANG)).isEqualTo(900);
    assertThat(split.of(WasteKind.START_UP)).isZero();
  }

  @ParameterizedTest
  @EnumSource(EndCause.class)
  void everyEndIsSplitInFull(EndCause cause) {
    for (Posting bill : List.of(posting(10, 70), posting(0, 70), posting(0, 0))) {
      WasteSplit split = WasteSplit.of(attempt(cause, bill, 3, 6, 0, new Pauses(2, 1)));
      assertThat(split.sum()).isEqualTo(bill.charged().value());
    }
  }

  static LongStream seeds() {
    return LongStream.range(0, 500);
  }

  /** Method: random histories, also with times that do not fit into the elapsed time. */
  @ParameterizedTest
  @MethodSource("seeds")
  void thePartsSumToThePosting(long seed) {
    Random random = new Random(seed);
    List<EndCause> causes = List.of(EndCause.values());
    EndCause cause = causes.get(random.nextInt(causes.size()));
    long elapsed = random.nextInt(100_000);
    long charged = elapsed * random.nextInt(400) + random.nextInt(400);
    long lost = charged == 0 ? 0 : (long) (random.nextDouble() * charged);
    long steps = random.nextInt(100);
    WasteSplit split =
        WasteSplit.of(
            attempt(
                cause,
                posting(elapsed, charged),
                steps,
                random.nextDouble() * 150_000,
                lost,
                new Pauses(random.nextInt(1000), random.nextInt(1000))));

    assertThat(split.sum()).isEqualTo(charged);
    assertThat(split.parts().values()).allSatisfy(part -> assertThat(part).isNotNegative());
  }
}
