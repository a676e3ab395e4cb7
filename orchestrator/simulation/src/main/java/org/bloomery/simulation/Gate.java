package org.bloomery.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;

/**
 * Stands between the control planes and all that they reach: the commands, the store and the files.
 * Here each of them may stand still, die, or get no answer; and what they do is seen here.
 */
final class Gate implements InMemoryRunStore.Faults {
  private final SimulatedWorld world;
  private final SplittableRandom chance;
  private Optional<Controller> acting = Optional.empty();
  private boolean storeAway;

  Gate(SimulatedWorld world, SplittableRandom chance) {
    this.world = world;
    this.chance = chance;
  }

  /** From now on what happens is this one's doing; gives whose it was before. */
  Optional<Controller> act(Optional<Controller> next) {
    Optional<Controller> before = acting;
    acting = next;
    return before;
  }

  void setStoreAway(boolean away) {
    storeAway = away;
  }

  CommandRunner.Result run(Controller controller, CommandRunner.Command command)
      throws InterruptedException {
    controller.checkAlive();
    boolean submits = command.argv().get(0).equals("sbatch");
    if (submits) {
      submits(command);
    }
    if (command.argv().get(0).equals("scancel")) {
      world.invariants().ends(command.argv().get(command.argv().size() - 1));
    }
    boolean changes = submits || command.argv().get(0).matches("scancel|scontrol");
    if (changes) {
      pass(controller, Fault.KILLED_BEFORE_COMMAND);
    }
    CommandRunner.Result result = world.liar().run(command);
    if (result instanceof CommandRunner.Result.TimedOut late) {
      stand(controller, late.after());
    }
    if (changes) {
      pass(controller, Fault.KILLED_AFTER_COMMAND);
    }
    return result;
  }

  private void submits(CommandRunner.Command command) {
    String directory = option(command, "--chdir=");
    String run = directory.split("/", -1)[2];
    String excluded = option(command, "--exclude=");
    world
        .invariants()
        .submits(
            new RunId(run),
            AttemptDirectory.attemptOf(directory).orElseThrow(),
            words(excluded),
            words(option(command, "--dependency=")));
  }

  private static List<String> words(String list) {
    return list.isEmpty() ? List.of() : List.of(list.split(",", -1));
  }

  private static String option(CommandRunner.Command command, String name) {
    return command.argv().stream()
        .filter(word -> word.startsWith(name))
        .map(word -> word.substring(name.length()))
        .findFirst()
        .orElse("");
  }

  /** A moment at which a control plane may stand still, or die. */
  private void pass(Controller controller, Fault death) {
    if (world.isChaos() && chance.nextDouble() < 0.05 * world.swarm().rate(Fault.PAUSED)) {
      world.struck(Fault.PAUSED);
      stand(controller, Duration.ofSeconds((long) Math.pow(3600, chance.nextDouble())));
    }
    if (world.isChaos() && chance.nextDouble() < 0.05 * world.swarm().rate(death)) {
      world.struck(death);
      controller.kill();
    }
    controller.checkAlive();
  }

  /** Time goes by without this control plane; others may take over meanwhile. */
  private void stand(Controller controller, Duration span) {
    if (span.toSeconds() > 30) {
      world.elect();
    }
    world.time().elapse(span);
    controller.checkAlive();
  }

  @Override
  public Optional<InMemoryRunStore.Fault> strike(RunId run, long version) {
    return strike();
  }

  @Override
  public Optional<InMemoryRunStore.Fault> strikeNodes(String cluster, long version) {
    return strike();
  }

  private Optional<InMemoryRunStore.Fault> strike() {
    acting.ifPresent(controller -> pass(controller, Fault.KILLED_BEFORE_RECORD));
    read();
    if (world.isChaos()
        && chance.nextDouble() < 0.1 * world.swarm().rate(Fault.STORE_LOST_BEFORE_COMMIT)) {
      world.struck(Fault.STORE_LOST_BEFORE_COMMIT);
      return Optional.of(InMemoryRunStore.Fault.LOST_BEFORE_COMMIT);
    }
    if (world.isChaos()
        && chance.nextDouble() < 0.1 * world.swarm().rate(Fault.STORE_LOST_AFTER_COMMIT)) {
      world.struck(Fault.STORE_LOST_AFTER_COMMIT);
      return Optional.of(InMemoryRunStore.Fault.LOST_AFTER_COMMIT);
    }
    return Optional.empty();
  }

  @Override
  public void read() {
    acting.ifPresent(Controller::checkAlive);
    if (storeAway) {
      throw new RunStore.UnavailableException("the store does not answer", null);
    }
  }

  @Override
  public void recorded(Run after, RunRecord record, RunStore.Epoch newest) {
    world.time().note(after.id() + " " + record.version() + " " + record.why());
    String before =
        world.invariants().state(after.id()).map(run -> run.phase().word()).orElse("none");
    world.coverage().count("transition", before + " to " + after.phase().word());
    record.facts().forEach(this::count);
    // What a person asks for is recorded under the epoch of whoever leads, wherever it is asked.
    long writer =
        acting
            .filter(controller -> !record.wasAskedFor())
            .map(Controller::epoch)
            .orElse(record.epoch());
    world.invariants().recorded(after, record, writer, newest);
    acting.ifPresent(controller -> pass(controller, Fault.KILLED_AFTER_RECORD));
  }

  private void count(RunEvent fact) {
    world.coverage().count("fact", fact.getClass().getSimpleName());
    if (fact instanceof RunEvent.AttemptEnded ended) {
      world.coverage().count("end", ended.cause().words());
    }
    if (fact instanceof RunEvent.RunHeld held) {
      world.coverage().count("hold", held.reason().name());
    }
  }

  /** Stands between two files that a control plane writes. */
  void betweenFiles() {
    acting.ifPresent(
        controller -> {
          controller.checkAlive();
          if (world.isChaos()
              && chance.nextDouble() < 0.01 * world.swarm().rate(Fault.KILLED_BETWEEN_FILES)) {
            world.struck(Fault.KILLED_BETWEEN_FILES);
            controller.kill();
            controller.checkAlive();
          }
        });
  }
}
