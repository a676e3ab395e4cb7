package org.bloomery.core.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.SchedulerEnd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every word that SLURM 20.11 to 25.11 has for a job's state means one thing here. */
class SlurmStateTest {

  /** The codes of squeue(1), long and compact; what may still have a living process is not over. */
  @ParameterizedTest
  @CsvSource({
    "BOOT_FAIL, BF, ENDED",
    "CANCELLED, CA, ENDED",
    "COMPLETED, CD, ENDED",
    "CONFIGURING, CF, PENDING",
    "COMPLETING, CG, COMPLETING",
    "DEADLINE, DL, ENDED",
    "FAILED, F, ENDED",
    "NODE_FAIL, NF, ENDED",
    "OUT_OF_MEMORY, OOM, ENDED",
    "PENDING, PD, PENDING",
    "PREEMPTED, PR, ENDED",
    "RUNNING, R, RUNNING",
    "RESV_DEL_HOLD, RD, PENDING",
    "REQUEUE_FED, RF, PENDING",
    "REQUEUE_HOLD, RH, PENDING",
    "REQUEUED, RQ, PENDING",
    "RESIZING, RS, RUNNING",
    "REVOKED, RV, UNRECOGNISED",
    "SIGNALING, SI, RUNNING",
    "SPECIAL_EXIT, SE, PENDING",
    "STAGE_OUT, SO, COMPLETING",
    "STOPPED, ST, RUNNING",
    "SUSPENDED, S, RUNNING",
    "TIMEOUT, TO, ENDED",
    "LAUNCH_FAILED, LF, COMPLETING",
    "RECONFIG_FAIL, RC, COMPLETING",
    "POWER_UP_NODE, PO, PENDING",
    "EXPEDITING, EX, COMPLETING",
  })
  void aWordMeansOneThing(String word, String compact, JobState meaning) {
    assertThat(SlurmState.of(word)).map(SlurmState::inQueue).hasValue(meaning);
    assertThat(SlurmState.of(compact)).map(SlurmState::compact).hasValue(compact);
    assertThat(SlurmState.of(compact)).isEqualTo(SlurmState.of(word));
  }

  @ParameterizedTest
  @CsvSource({
    "CANCELLED by 1000, CANCELLED",
    "CANCELLED by 0, CANCELLED",
    "running, RUNNING",
    "'  COMPLETED ', COMPLETED",
  })
  void whatSlurmAppendsIsLeftAside(String raw, SlurmState state) {
    assertThat(SlurmState.of(raw)).hasValue(state);
  }

  @ParameterizedTest
  @CsvSource({"HIBERNATING", "'?'", "''", "OUT_OF_ME+", "RUNNING;rm", "N/A"})
  void anUnknownWordIsNoState(String raw) {
    assertThat(SlurmState.of(raw)).isEmpty();
  }

  /** Only what ends a row of the accounting may be billed; a living job's row is never closed. */
  @ParameterizedTest
  @EnumSource(SlurmState.class)
  void onlyAnEndClosesARow(SlurmState state) {
    boolean mayClose =
        state.inQueue() == JobState.ENDED
            || state == SlurmState.REQUEUED
            || state == SlurmState.RESIZING;
    assertThat(state.closesRow()).isEqualTo(mayClose);
  }

  @Test
  void everyEndIsOneOfTheClosedWords() {
    assertThat(
            Arrays.stream(SlurmState.values())
                .filter(state -> state.inQueue() == JobState.ENDED)
                .map(SlurmState::end))
        .doesNotContain(SchedulerEnd.UNKNOWN)
        .doesNotHaveDuplicates();
  }
}
