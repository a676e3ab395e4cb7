package org.bloomery.core.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bloomery.core.observe.EndCause;
import org.junit.jupiter.api.Test;

/** Goal: what is known of an attempt stays small and true, however its log goes on. */
class ProgressTest {

  private static List<LogRecord> records(String... lines) {
    byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    return new TrainingLogReader().feed(bytes, bytes.length);
  }

  @Test
  void foldsAWholeAttempt() {
    Progress progress =
        Progress.NONE.after(
            records(
                SampleLogs.loaded(70, "/c"),
                SampleLogs.iteration(71, 100, 10, 2.5),
                SampleLogs.iteration(72, 100, 11, 2.25),
                SampleLogs.saved(72, "/c"),
                SampleLogs.mark("exiting program after 5.5 minutes")));
    assertThat(progress.loadedFrom()).hasValue(70);
    assertThat(progress.firstIteration()).hasValue(71);
    assertThat(progress.lastIteration()).hasValue(72);
    assertThat(progress.targetIteration()).hasValue(100);
    assertThat(progress.steps()).isEqualTo(2);
    assertThat(progress.stepSeconds()).isEqualTo(21);
    assertThat(progress.lastLoss()).hasValue(2.25);
    assertThat(progress.savedIteration()).hasValue(72);
    assertThat(progress.leaving()).contains(Progress.Leaving.EXIT_DURATION);
    assertThat(progress.errors()).isEmpty();
  }

  private static Progress paused(double after, String... between) {
    List<String> lines = new ArrayList<>();
    lines.add(SampleLogs.iteration(1, 9, 300, 3));
    lines.add(SampleLogs.iteration(2, 9, 100, 2));
    lines.addAll(List.of(between));
    lines.add(SampleLogs.iteration(3, 9, after, 1));
    lines.add(SampleLogs.iteration(4, 9, 100, 1));
    return Progress.NONE.after(records(lines.toArray(String[]::new)));
  }

  private static final String SAVE = "[default7]:time (ms) | save-checkpoint: 40000.00";
  private static final String VALIDATION = SampleLogs.validation("valid", 2, 2.2);

  @Test
  void whatAStepTakesLongerAfterASaveIsTheSaves() {
    Progress progress = paused(141, SAVE);
    assertThat(progress.pauses()).isEqualTo(new Pauses(40, 0));
    assertThat(progress.stepSeconds()).isEqualTo(300 + 100 + 101 + 100);
  }

  @Test
  void aTrainerWhoseClockStandsStillMeanwhileHasSavedAsLong() {
    Progress progress = paused(100, VALIDATION, SAVE);
    assertThat(progress.pauses()).isEqualTo(new Pauses(40, 0));
    assertThat(progress.stepSeconds()).isEqualTo(600);
  }

  @Test
  void whatASaveDoesNotExplainIsTheValidations() {
    Progress progress = paused(190, VALIDATION, VALIDATION, SAVE);
    assertThat(progress.pauses()).isEqualTo(new Pauses(40, 50));
    assertThat(progress.stepSeconds()).isEqualTo(600);
  }

  @Test
  void beforeTheFirstStepThereIsNothingToCompareWith() {
    Progress progress =
        Progress.NONE.after(records(VALIDATION, SAVE, SampleLogs.iteration(1, 9, 500, 3)));
    assertThat(progress.pauses()).isEqualTo(new Pauses(40, 0));
    assertThat(progress.stepSeconds()).isEqualTo(500);
  }

  @Test
  void theNewestLossCountsAlsoWhenItIsNoNumber() {
    Progress progress =
        Progress.NONE.after(
            records(SampleLogs.iteration(1, 9, 1, 2), SampleLogs.nanIteration(2, 9)));
    assertThat(progress.lastLoss()).isEmpty();
  }

  @Test
  void anErrorCountsUntilTrainingHasGoneOn() {
    String error = "RuntimeError: odd";
    String step = SampleLogs.iteration(5, 9, 1, 2);
    // One record may have been on its way from another rank.
    assertThat(Progress.NONE.after(records(error, step)).errors()).hasSize(1);
    assertThat(Progress.NONE.after(records(error, step, step)).errors()).isEmpty();
    String lasting = "The following zero checkpoints paths are missing: ['/c/x.pt']";
    assertThat(Progress.NONE.after(records(lasting, step, step, step)).errors())
        .extracting(ErrorSignature::cause)
        .containsExactly(EndCause.CHECKPOINT_DAMAGED);
  }

  @Test
  void errorsAreFewAndTheFirstOnes() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      lines.add("ValueError: number " + i);
      lines.add("ValueError: number 0");
    }
    List<ErrorSignature> errors =
        Progress.NONE.after(records(lines.toArray(String[]::new))).errors();
    assertThat(errors).hasSize(Progress.ERRORS_MAX).doesNotHaveDuplicates();
    assertThat(errors.get(0).line()).isEqualTo("ValueError: number 0");
  }

  @Test
  void theLossCurveGoesOnAfterARestartAndStaysThin() {
    LossCurve curve = new LossCurve();
    for (LogRecord step :
        records(
            SampleLogs.iteration(1, 9, 1, 5),
            SampleLogs.iteration(2, 9, 1, 4),
            SampleLogs.iteration(3, 9, 1, 3),
            SampleLogs.iteration(2, 9, 1, 4.5))) {
      curve.add((LogRecord.Iteration) step);
    }
    assertThat(curve.points())
        .containsExactly(new LossCurve.Point(1, 5), new LossCurve.Point(2, 4.5));
    LogRecord.Iteration nan = (LogRecord.Iteration) records(SampleLogs.nanIteration(2, 9)).get(0);
    curve.add(nan);
    assertThat(curve.points()).containsExactly(new LossCurve.Point(1, 5));
    LossCurve longer = new LossCurve();
    for (int i = 1; i <= 20_001; i++) {
      longer.add((LogRecord.Iteration) records(SampleLogs.firstIteration(i, 1, 1, 2)).get(0));
    }
    assertThat(longer.points()).hasSizeBetween(1000, LossCurve.POINTS_MAX + 1);
    assertThat(longer.points().get(longer.points().size() - 1).iteration()).isEqualTo(20_001);
  }
}
