package org.bloomery.core.run;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A job on its way to the resource manager: it was handed over, and its id is not known yet.
 *
 * @param tries how often it was handed over since it was last certain that no job was taken
 */
public record Handover(Instant triedAt, int tries, Optional<Deferral> deferral) {
  /** A job that never appears will not appear by handing it over once more. */
  private static final int TRIES_MAX = 20;

  static Handover first(Instant at) {
    return new Handover(at, 1, Optional.empty());
  }

  Handover tried(Instant at, int number) {
    return new Handover(at, number, deferral.map(Deferral::offeredAgain));
  }

  Handover deferred(String why, Instant until) {
    return new Handover(triedAt, 0, Optional.of(Deferral.next(deferral, why, until)));
  }

  /** What may be done about a job that is not to be seen. */
  interface Cases<R> {
    R waits(String why);

    /** It was turned away for now: that is to be recorded. */
    R turnedAway(String why, Instant until);

    /** It is to be handed over (again). */
    R handsOver(int number, String why);

    /** It will not be taken. */
    R givesUp(String why);
  }

  /**
   * The next step, where the resource manager shows no such job.
   *
   * @param refusal its answer to the last submission, if this leader knows it
   */
  <R> R next(Optional<Refusal> refusal, Situation situation, Cases<R> cases) {
    Instant now = situation.now();
    if (refusal.isPresent() && !refusal.get().passing()) {
      return cases.givesUp("the resource manager refused the job: " + refusal.get().why());
    }
    if (waitsUntil().isPresent()) {
      Instant until = waitsUntil().get();
      String why = deferral.orElseThrow().why();
      return now.isBefore(until)
          ? cases.waits("the job is not taken now: " + why + "; offers it again at " + until)
          : cases.handsOver(1, "offers the job again that was not taken: " + why);
    }
    if (refusal.isPresent()) {
      return cases.turnedAway(refusal.get().why(), Deferral.again(deferral, now));
    }
    if (!isQuiet(situation)) {
      return cases.waits("looks for the job that was handed over at " + triedAt);
    }
    return tries >= TRIES_MAX
        ? cases.givesUp("no job appeared after " + tries + " submissions; the log says more")
        : cases.handsOver(
            tries + 1,
            "no job was seen for "
                + situation.policy().timings().quietPeriod().toSeconds()
                + " s: hands it over again");
  }

  /** Whether no job can be expected to appear any more. */
  boolean isOver(Optional<Refusal> refusal, Situation situation) {
    return waitsUntil().isPresent() || refusal.isPresent() || isQuiet(situation);
  }

  private Optional<Instant> waitsUntil() {
    return deferral.flatMap(Deferral::until);
  }

  /**
   * Whether a look that began late enough would show the job. That it is late now says nothing: a
   * look can hang, and a machine can sleep.
   */
  private boolean isQuiet(Situation situation) {
    Duration quiet = situation.policy().timings().quietPeriod();
    return Duration.between(triedAt, situation.asOf()).compareTo(quiet) >= 0;
  }
}
