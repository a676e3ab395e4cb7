package org.bloomery.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.Observation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A look proves that a job is missing only if it began after the job had had its time. */
class LateLookTest {
  private static final Instant NOW = Runs.T0.plus(Duration.ofDays(1));

  private static Decision decide(Run run, Instant asOf) {
    Seen seen = Runs.seen(new Observation.Known(asOf, List.of()));
    return Reconciler.decide(run, seen, Runs.chained(new GpuSeconds(1_000_000)), NOW);
  }

  private static Instant triedAt(Run run) {
    return ((Phase.Submitting) run.phase()).handover().triedAt();
  }

  @ParameterizedTest
  @ValueSource(longs = {-3600, 0, 60, 899})
  void aLookFromBeforeProvesNothingHoweverLateItIsNow(long seconds) {
    Run run = Runs.submitting();
    Decision decision = decide(run, triedAt(run).plusSeconds(seconds));
    assertThat(decision.facts()).isEmpty();
    assertThat(decision.effects()).isEmpty();
    assertThat(decision.why()).contains("looks for the job");
  }

  @Test
  void aLookFromAfterTheQuietPeriodProvesIt() {
    Run run = Runs.submitting();
    assertThat(decide(run, triedAt(run).plus(Runs.QUIET)).effects())
        .containsExactly(new Effect.SubmitJob(1));
  }

  @Test
  void theNextAttemptsJobIsLookedForAsLong() {
    Run run = Runs.prepared(Runs.running(Runs.submitting()));
    Instant tried = run.successor().orElseThrow().handover().triedAt();
    assertThat(decide(run, tried.plusSeconds(60)).effects())
        .doesNotContain(new Effect.SubmitJob(2));
    assertThat(decide(run, tried.plus(Runs.QUIET)).effects()).contains(new Effect.SubmitJob(2));
  }

  @Test
  void aRunThatIsToEndWaitsForAJobThatMayBeThere() {
    Run run = Runs.after(Runs.submitting(), new RunEvent.Requested(Request.Kind.STOP, "ada"));
    assertThat(decide(run, triedAt(run).plusSeconds(60)).facts()).isEmpty();
    assertThat(decide(run, triedAt(run).plus(Runs.QUIET)).facts()).isNotEmpty();
  }

  /** A clock that was set back must not make a look count for more. */
  @Test
  void aLookFromTheFutureIsNoYoungerThanNow() {
    Run run = Runs.submitting();
    Seen seen = Runs.seen(new Observation.Known(NOW, List.of()));
    Decision decision =
        Reconciler.decide(
            run, seen, Runs.chained(new GpuSeconds(1_000_000)), triedAt(run).plusSeconds(60));
    assertThat(decision.effects()).isEmpty();
  }
}
