package org.bloomery.simulation;

import static org.bloomery.simulation.LoopWorld.SMALL;

import java.util.Optional;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.core.run.Run;

/**
 * A run from its submission to its end, whatever happens to the control plane meanwhile. The person
 * in it, too, knows only what the store says.
 */
abstract class Story {
  private static final int TICKS_MAX = 300;

  private final LoopWorld world;
  private int crashes;
  private Runnable afterCrash = () -> {};

  Story(LoopWorld world) {
    this.world = world;
  }

  LoopWorld world() {
    return world;
  }

  /** What the person asks for now, if anything; asked again if the control plane dies of it. */
  abstract void ask(Run run);

  /** Does something to what the dead control plane has left behind. */
  final void afterCrash(Runnable act) {
    afterCrash = act;
  }

  /** How often the control plane died. */
  final int crashes() {
    return crashes;
  }

  /** Plays until the run is over and has been for a while; its history must fold to its state. */
  final Run play() {
    for (int i = 0; i < TICKS_MAX; i++) {
      surviving(this::submitOrAsk);
      Optional<Run> run = world.store().load(SMALL);
      if (run.isPresent() && run.get().isFinished()) {
        for (int after = 0; after < 15; after++) {
          world.sleep();
          surviving(world::step);
        }
        return world.store().verifyHistory(SMALL);
      }
      world.sleep();
      surviving(world::step);
    }
    throw new AssertionError("it does not end: " + world.thought(SMALL) + world.story(SMALL));
  }

  private void submitOrAsk() {
    world.store().load(SMALL).ifPresentOrElse(this::ask, () -> world.submit(SMALL));
  }

  /** Does something, and again if the control plane dies of it or did not answer. */
  private void surviving(Runnable act) {
    try {
      act.run();
    } catch (CrashPoints.Crash crash) {
      crashes++;
      afterCrash.run();
      world.restart();
      act.run();
    } catch (ApiException e) {
      if (e.kind() != ApiException.Kind.UNAVAILABLE) {
        throw e;
      }
      act.run();
    }
  }
}
