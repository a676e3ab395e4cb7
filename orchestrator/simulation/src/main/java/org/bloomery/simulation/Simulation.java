package org.bloomery.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunRecord;

/**
 * One seed, from the first submission to the time when nothing is left to be done: days in which
 * everything goes wrong that this seed has chosen, and then calm.
 */
public final class Simulation {
  private static final Duration CHAOS = Duration.ofDays(2);

  /** By then every run must be over, or wait for a person who knows why. */
  private static final Duration CALM_MAX = Duration.ofDays(8);

  private static final Duration CALM_STEP = Duration.ofHours(2);

  /** Late jobs are looked for so long after the end of a run; and then some. */
  private static final Duration AFTERCARE = Duration.ofHours(3);

  private final long seed;
  private final SimulatedWorld world;
  private Duration atWork = Duration.ZERO;
  private Duration last = Duration.ZERO;

  /** What a seed has come to. */
  public record Outcome(
      long seed,
      Optional<Violation> violation,
      Duration elapsed,
      Duration atWork,
      long events,
      long trace,
      Coverage coverage,
      String swarm) {
    /** Whether the same happened in both, in the same order. */
    boolean isSame(Outcome other) {
      return trace == other.trace && events == other.events && violation.equals(other.violation);
    }
  }

  private Simulation(long seed, Swarm swarm, SplittableRandom chance, Seams seams) {
    this.seed = seed;
    world = new SimulatedWorld(swarm, chance, seams);
  }

  /** A seed's own world. */
  public static Simulation of(long seed, Seams seams) {
    SplittableRandom chance = new SplittableRandom(seed);
    Swarm swarm = Swarm.of(chance.split());
    return new Simulation(seed, swarm, chance, seams);
  }

  /** A world in which nothing goes wrong. */
  static Simulation calm(long seed) {
    return new Simulation(seed, Swarm.calm(), new SplittableRandom(seed), Seams.NONE);
  }

  SimulatedWorld world() {
    return world;
  }

  /** Plays it to its end, or to the first promise that is broken. */
  public Outcome play() {
    VirtualTime time = world.time();
    People people = new People(world);
    Mischief mischief = new Mischief(world);
    time.afterEach(this::check);
    try {
      world.lead(world.controllers().get(0));
      mischief.begin();
      people.arrive();
      time.elapse(CHAOS);
      mischief.end();
      world.becomeCalm();
      people.goHome();
      world.elect();
      do {
        while (isPatient() && world.isAtWork()) {
          time.elapse(CALM_STEP);
        }
        // What was asked for last may begin only now.
        time.elapse(AFTERCARE);
      } while (isPatient() && world.isAtWork());
      settled();
    } catch (Stopped broken) {
      time.note("stopped");
    }
    return outcome(world.invariants().violation());
  }

  /** Ends the simulation at the event that broke a promise. */
  private static final class Stopped extends Error {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super(null, null, false, false);
    }
  }

  private boolean isPatient() {
    return world.time().elapsed().compareTo(CHAOS.plus(CALM_MAX)) < 0;
  }

  private void check() {
    Duration now = world.time().elapsed();
    if (world.isAtWork()) {
      atWork = atWork.plus(now.minus(last));
    }
    last = now;
    world.lookAtCluster();
    if (world.invariants().violation().isPresent()) {
      throw new Stopped();
    }
  }

  private void settled() {
    for (Run run : world.runs()) {
      if (!world.isAtRest(run)) {
        world.invariants().broken("L1", run.id() + " is still " + run.phase() + ": " + run.why());
      }
    }
    world.invariants().settled(world.store());
  }

  /** What was recorded, a line for each record, and what the control planes think in the end. */
  List<String> story() {
    List<String> lines = new ArrayList<>();
    for (Run run : world.runs()) {
      for (RunRecord record : world.store().history(run.id())) {
        Duration at = Duration.between(VirtualTime.START, record.at());
        lines.add("%s %s (epoch %d): %s".formatted(run.id(), at, record.epoch(), record.why()));
      }
      for (Controller controller : world.controllers()) {
        lines.add(run.id() + ": " + controller + controller.thought(run.id()));
      }
    }
    lines.addAll(world.slurm().jobs().stream().map(SlurmJob::toString).toList());
    return lines;
  }

  /** What it has come to where it could not be played on: no promise was kept by that. */
  Outcome failed(Throwable fault) {
    String where =
        Arrays.stream(fault.getStackTrace())
            .filter(frame -> frame.getClassName().startsWith("org.bloomery"))
            .findFirst()
            .map(frame -> " at " + frame)
            .orElse("");
    return outcome(Optional.of(new Violation("it could not be played on", fault + where)));
  }

  private Outcome outcome(Optional<Violation> violation) {
    return new Outcome(
        seed,
        violation,
        world.time().elapsed(),
        atWork,
        world.time().events(),
        world.time().trace(),
        world.coverage(),
        world.swarm().toString());
  }
}
