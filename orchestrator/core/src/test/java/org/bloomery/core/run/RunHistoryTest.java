package org.bloomery.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.EndCause;
import org.junit.jupiter.api.Test;

/** What reports and descriptions read from a history. */
class RunHistoryTest {
  private final List<RunRecord> records = new ArrayList<>();

  private void record(RunEvent... facts) {
    long version = records.size() + 1L;
    records.add(new RunRecord(version, Runs.T0.plusSeconds(version), 1, "test", List.of(facts)));
  }

  /** An attempt of 50 iterations after its start, of 0.8 s each, that used 100 GPU-seconds. */
  private void attempt(int number, Optional<CheckpointRef> from, long... seals) {
    record(
        new RunEvent.AttemptPlanned(
            number, "body", Optional.empty(), from, Runs.RESERVATION, List.of()),
        new RunEvent.SubmissionTried(1));
    record(new RunEvent.JobAccepted(Runs.key(number)));
    record(new RunEvent.JobStarted(Runs.T0, List.of("n1")));
    for (long seal : seals) {
      record(new RunEvent.CheckpointSealed(Runs.sealed(number, seal)));
    }
    record(new RunEvent.JobEnded("over"));
    long start = from.map(CheckpointRef::iteration).orElse(0L);
    Run ending = Run.fold(records);
    record(
        new RunEvent.AttemptEnded(
            number,
            EndCause.RANK_KILLED,
            List.of("evidence"),
            List.of(),
            OptionalLong.of(start + 1),
            OptionalLong.of(start + 50),
            50,
            40.0,
            Optional.empty()),
        new RunEvent.UsagePosted(Runs.posting(ending)),
        new RunEvent.RunReady(Runs.T0));
  }

  private List<Long> lost() {
    return RunHistory.of(records).attempts().stream().map(a -> a.lost().value()).toList();
  }

  RunHistoryTest() {
    record(
        new RunEvent.RunSubmitted(
            Runs.NANO, new SpecRef("5bec", "nano.yaml", "/specs"), "local", "ada"));
  }

  @Test
  void stepsBeyondTheNewestSealedCheckpointAreLost() {
    attempt(1, Optional.empty(), 20, 40);

    // 10 steps of 0.8 s on 2 devices.
    assertThat(lost()).containsExactly(16L);
  }

  @Test
  void anAttemptWithoutASealedCheckpointLosesAllItsSteps() {
    attempt(1, Optional.empty());

    assertThat(lost()).containsExactly(80L);
  }

  @Test
  void aRollbackLosesWhatEarlierAttemptsDidBeyondIt() {
    attempt(1, Optional.empty(), 40);
    attempt(2, Optional.of(new CheckpointRef(1, 40)), 90);
    record(new RunEvent.RunHeld(HoldReason.STOPPED, "ada"));
    record(new RunEvent.Resumed("ada", OptionalLong.of(40)));

    assertThat(lost()).containsExactly(16L, 80L);
    assertThat(RunHistory.of(records).checkpoints())
        .extracting(c -> c.checkpoint().ref().iteration() + " " + c.onLineage())
        .containsExactly("40 true", "90 false");
  }

  @Test
  void aCompleteTrainingLosesNothingAtItsEnd() {
    attempt(1, Optional.empty(), 40);
    record(new RunEvent.RunFinished(Outcome.SUCCEEDED));

    assertThat(lost()).containsExactly(0L);
  }

  @Test
  void attemptsAndCheckpointsAreTold() {
    attempt(1, Optional.empty(), 20, 40);
    record(new RunEvent.CheckpointRejected(new CheckpointRef(1, 40), "a shard is missing"));
    attempt(2, Optional.of(new CheckpointRef(1, 20)), 60);

    RunHistory history = RunHistory.of(records);

    assertThat(history.attempts())
        .extracting(a -> a.number() + " " + a.job().orElseThrow().jobId())
        .containsExactly("1 job-1", "2 job-2");
    assertThat(history.checkpoints())
        .extracting(c -> c.checkpoint().ref().iteration() + " " + c.rejected().orElse("good"))
        .containsExactly("20 good", "40 a shard is missing", "60 good");
    assertThat(history.postings()).extracting(p -> p.charged()).containsOnly(new GpuSeconds(100));
    assertThat(history.lastIteration()).hasValue(70);
    assertThat(lost()).containsExactly(48L, 16L);
  }
}
