package org.bloomery.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.NodeExclusion;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Run;

/**
 * Those who use a simulated cluster: one who submits runs and asks for this and that, and others
 * who have jobs of their own there.
 */
final class People {
  private static final String ADA = "ada";
  private static final String ANALYSIS = "analysis";
  private static final int STRANGERS_MAX = 3;

  private static final Duration BETWEEN_WISHES = Duration.ofHours(4);
  private static final Duration BETWEEN_VISITS = Duration.ofHours(1);
  private static final Duration BETWEEN_STRANGERS = Duration.ofHours(2);

  /** A budget for one attempt after the other, which some trainings outgrow; or for a dozen. */
  private static final long TIGHT_HOURS = 36;

  private static final long AMPLE_HOURS = 150;

  private final SimulatedWorld world;
  private final SplittableRandom chance;
  private int submitted;
  private boolean home;

  People(SimulatedWorld world) {
    this.world = world;
    chance = world.split();
  }

  /** They come. */
  void arrive() {
    visit();
    wish();
    bringStrangers();
  }

  /** They go, and leave what they have begun to the control plane. */
  void goHome() {
    home = true;
  }

  private void repeat(Duration mean, String what, Runnable act) {
    later(Duration.ofSeconds(60 + chance.nextLong(2 * mean.toSeconds())), what, act);
  }

  private void later(Duration delay, String what, Runnable act) {
    world.after(
        delay,
        what,
        () -> {
          if (!home) {
            act.run();
          }
        });
  }

  /** Submits a run if there is none that goes on. */
  private void visit() {
    boolean open = world.runs().stream().anyMatch(run -> !run.isFinished());
    if (!open && !submit()) {
      later(Duration.ofMinutes(1), "a visit", this::visit);
      return;
    }
    world.runs().stream()
        .filter(run -> run.phase() instanceof Phase.Held)
        .filter(run -> chance.nextBoolean())
        .forEach(run -> about(run, 0));
    repeat(BETWEEN_VISITS, "a visit", this::visit);
  }

  private boolean submit() {
    String name = "training" + (char) ('a' + submitted);
    long hours = world.swarm().tight() ? TIGHT_HOURS : AMPLE_HOURS;
    world.invariants().expect(new RunId(name), GpuSeconds.ofHours((double) hours));
    String text = Surroundings.spec(name, hours);
    boolean done =
        world
            .leader()
            .map(leader -> leader.ask(api -> api.submit(text, "run.yaml", "/home", false, ADA)))
            .orElse(false);
    // What was refused or lost may have been taken all the same.
    boolean there = world.runs().stream().anyMatch(run -> run.id().value().equals(name));
    if (there) {
      submitted++;
    }
    return done || there;
  }

  private void wish() {
    repeat(BETWEEN_WISHES, "a wish", this::wishNow);
  }

  private void wishNow() {
    List<Run> open = world.runs().stream().filter(run -> !run.isFinished()).toList();
    int what = chance.nextInt(20);
    if (what < 4) {
      nodes(what);
    } else if (!open.isEmpty()) {
      about(open.get(0), what);
    }
    wish();
  }

  private void about(Run run, int what) {
    if (run.phase() instanceof Phase.Held held) {
      boolean released = held.reason() == HoldReason.HELD && chance.nextBoolean();
      ask(released ? "release" : "resume", api -> letGo(api, run.id(), released));
      return;
    }
    RunId id = run.id();
    if (what < 9) {
      ask("save", api -> api.save(id, ADA));
    } else if (what < 12) {
      ask("hold", api -> api.hold(id, ADA));
    } else if (what < 15) {
      ask("release", api -> api.release(id, ADA));
    } else if (what < 17) {
      ask("stop", api -> api.stop(id, ADA));
    } else if (what == 17) {
      ask("cancel", api -> api.cancel(id, ADA));
    }
  }

  private static void letGo(ControlPlaneApi api, RunId run, boolean released) {
    if (released) {
      api.release(run, ADA);
    } else {
      api.resume(run, OptionalLong.empty(), ADA);
    }
  }

  private void nodes(int what) {
    String node = world.slurm().nodes().get(chance.nextInt(world.slurm().nodes().size()));
    if (what < 3) {
      Duration time = Duration.ofHours(1 + chance.nextInt(24));
      NodeExclusion exclusion =
          new NodeExclusion(
              Optional.of(SimulatedWorld.CLUSTER), node, "it is slow", Optional.of(time));
      ask("exclude", api -> api.excludeNode(exclusion, ADA));
    } else {
      ask("readmit", api -> api.readmitNode(Optional.of(SimulatedWorld.CLUSTER), node, ADA));
    }
  }

  private void ask(String what, java.util.function.Consumer<ControlPlaneApi> question) {
    boolean granted = world.leader().map(leader -> leader.ask(question)).orElse(false);
    world.coverage().count(granted ? "wish" : "wish refused", what);
  }

  private void bringStrangers() {
    // Where ids are used again, they are used by others.
    boolean crowded = world.swarm().rate(Fault.ID_REUSED) > 0;
    repeat(
        crowded ? BETWEEN_STRANGERS.dividedBy(4) : BETWEEN_STRANGERS,
        "a stranger's job",
        () -> {
          long there =
              world.slurm().jobs().stream()
                  .filter(job -> job.name.equals(ANALYSIS) && !job.isOver())
                  .count();
          if (there < STRANGERS_MAX) {
            world.slurm().submit(analysis());
          }
          bringStrangers();
        });
  }

  private static SlurmJob.Request analysis() {
    return new SlurmJob.Request(
        SimulatedSlurm.USER,
        ANALYSIS,
        "/elsewhere",
        List.of(),
        List.of(),
        "#!/bin/bash\n#SBATCH --nodes=1\n#SBATCH --gres=gpu:1\n");
  }
}
