package org.bloomery.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bloomery.core.budget.Purse;
import org.bloomery.core.checkpoint.CheckpointManifest;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.checkpoint.Sighting;
import org.bloomery.core.checkpoint.Verdict;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.run.Decider;
import org.bloomery.core.run.Decision;
import org.bloomery.core.run.Effect;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.Lineage;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunPolicy;
import org.bloomery.core.run.Seen;
import org.bloomery.core.spec.SiteTimings;

/** Control planes that are wrong about what follows from what they know. */
final class DecisionMutants {
  private DecisionMutants() {}

  /** Believes that a job is gone after so many answers without it, over so long. */
  static Decider impatient(Decider real, int looks, Duration span) {
    return (run, seen, policy, purses, now) -> {
      SiteTimings t = policy.timings();
      SiteTimings hasty =
          new SiteTimings(
              t.sealScanDistance(),
              t.pollInterval(),
              t.pollFloor(),
              t.quietPeriod(),
              t.goWait(),
              t.killWait(),
              t.nodeFailGrace(),
              t.accountingGrace(),
              looks,
              span);
      return real.decide(
          run, seen, with(policy, policy.reservation(), policy.budget(), hasty), purses, now);
    };
  }

  /** Goes on however often it has failed. */
  static Decider withoutEnd(Decider real) {
    return (run, seen, policy, purses, now) -> {
      Decision decision = real.decide(run, seen, policy, purses, now);
      List<RunEvent> facts =
          decision.facts().stream()
              .map(
                  fact ->
                      fact instanceof RunEvent.RunHeld held
                              && held.reason() == HoldReason.TOO_MANY_FAILURES
                          ? new RunEvent.RunReady(now)
                          : fact)
              .toList();
      return new Decision(facts, decision.effects(), decision.why());
    };
  }

  /** Believes that a job is over only when it has seen that often. */
  static final class Sleepy implements Decider {
    private static final int LOOKS = 8;

    private final Decider real;
    private final Map<String, Integer> looks = new TreeMap<>();

    Sleepy(Decider real) {
      this.real = real;
    }

    @Override
    public Decision decide(
        Run run, Seen seen, RunPolicy policy, List<Purse> purses, java.time.Instant now) {
      Decision decision = real.decide(run, seen, policy, purses, now);
      boolean ends = decision.facts().stream().anyMatch(RunEvent.JobEnded.class::isInstance);
      int count = ends ? looks.merge(run.id() + " " + run.attempt(), 1, Integer::sum) : LOOKS;
      return count < LOOKS ? new Decision(List.of(), decision.effects(), "sleeps") : decision;
    }
  }

  static Decider withoutReservation(Decider real) {
    return (run, seen, policy, purses, now) ->
        real.decide(
            run,
            seen,
            with(policy, GpuSeconds.ZERO, policy.budget(), policy.timings()),
            purses,
            now);
  }

  static Decider withoutBudget(Decider real) {
    return (run, seen, policy, purses, now) ->
        real.decide(
            run,
            seen,
            with(policy, policy.reservation(), GpuSeconds.ofHours(1_000_000), policy.timings()),
            purses,
            now);
  }

  private static RunPolicy with(
      RunPolicy policy, GpuSeconds reservation, GpuSeconds budget, SiteTimings timings) {
    return new RunPolicy(
        policy.user(),
        policy.iterations(),
        policy.logEvery(),
        reservation,
        budget,
        timings,
        policy.restart(),
        policy.queueing(),
        policy.nodes(),
        policy.scripts());
  }

  static Decider withoutEndingSurplus(Decider real) {
    return (run, seen, policy, purses, now) -> {
      Decision decision = real.decide(run, seen, policy, purses, now);
      List<Effect> kept =
          decision.effects().stream()
              .filter(
                  effect ->
                      !(effect instanceof Effect.CancelJob cancel
                          && cancel.why().equals("it is no attempt's")))
              .toList();
      return new Decision(decision.facts(), kept, decision.why());
    };
  }

  /** Seals whatever is there. */
  static Decider sealingHalves(Decider real) {
    return (run, seen, policy, purses, now) ->
        real.decide(
            run,
            with(
                seen,
                seen.sightings().stream().map(DecisionMutants::whole).toList(),
                seen.verified()),
            policy,
            purses,
            now);
  }

  private static Sighting whole(Sighting sighting) {
    return sighting.verdict() instanceof Verdict.Incomplete
        ? new Sighting(
            sighting.ref(), new Verdict.Complete(madeUp(sighting.ref())), Duration.ofDays(1))
        : sighting;
  }

  private static CheckpointManifest madeUp(CheckpointRef ref) {
    return new CheckpointManifest(
        ref.iteration(), List.of(new CheckpointManifest.Entry("shard", 1, "0".repeat(64))));
  }

  private static Seen with(
      Seen seen, List<Sighting> sightings, Map<CheckpointRef, Verdict> verified) {
    return new Seen(
        seen.jobs(),
        seen.absences(),
        seen.refusals(),
        seen.reading(),
        sightings,
        verified,
        seen.latestFile(),
        seen.goMissing(),
        seen.nodes());
  }

  /** Starts from what was good when it was sealed, without looking again. */
  static final class WithoutSecondLook implements Decider {
    private final Decider real;
    private final Map<String, Verdict> good = new TreeMap<>();

    WithoutSecondLook(Decider real) {
      this.real = real;
    }

    @Override
    public Decision decide(
        Run run, Seen seen, RunPolicy policy, List<Purse> purses, java.time.Instant now) {
      for (Sighting sighting : seen.sightings()) {
        if (sighting.verdict() instanceof Verdict.Complete complete) {
          good.put(run.id() + " " + sighting.ref(), complete);
        }
      }
      Map<CheckpointRef, Verdict> believed = new TreeMap<>(seen.verified());
      believed.replaceAll((ref, verdict) -> good.getOrDefault(run.id() + " " + ref, verdict));
      return real.decide(run, with(seen, seen.sightings(), believed), policy, purses, now);
    }
  }

  /** Starts from the newest checkpoint that there is, sealed or not. */
  static final class FromNewest implements Decider {
    private final Decider real;
    private final Map<String, CheckpointRef> newest = new TreeMap<>();

    FromNewest(Decider real) {
      this.real = real;
    }

    @Override
    public Decision decide(
        Run run, Seen seen, RunPolicy policy, List<Purse> purses, java.time.Instant now) {
      for (Sighting sighting : seen.sightings()) {
        newest.put(run.id().value(), sighting.ref());
      }
      Optional<CheckpointRef> found = Optional.ofNullable(newest.get(run.id().value()));
      boolean unsealed =
          found
              .filter(ref -> run.phase() instanceof Phase.Ready)
              .filter(ref -> !run.lineage().containsIteration(ref.iteration()))
              .isPresent();
      if (!unsealed) {
        return real.decide(run, seen, policy, purses, now);
      }
      CheckpointManifest manifest = madeUp(found.get());
      Map<CheckpointRef, Verdict> verified = new TreeMap<>(seen.verified());
      verified.put(found.get(), new Verdict.Complete(manifest));
      SealedCheckpoint as =
          new SealedCheckpoint(found.get(), manifest.sha256(), manifest.bytes(), 1, now);
      List<SealedCheckpoint> lineage = new ArrayList<>(run.lineage().sealed());
      lineage.add(as);
      return real.decide(
          withLineage(run, new Lineage(lineage)),
          with(seen, seen.sightings(), verified),
          policy,
          purses,
          now);
    }

    private static Run withLineage(Run run, Lineage lineage) {
      return new Run(
          run.id(),
          run.spec(),
          run.account(),
          run.phase(),
          run.attempt(),
          run.successor(),
          lineage,
          run.request(),
          run.failures(),
          run.posted(),
          run.billed(),
          run.surplus(),
          run.suspects(),
          run.lastCause(),
          run.lastIteration(),
          run.why(),
          run.updatedAt(),
          run.version());
    }
  }
}
