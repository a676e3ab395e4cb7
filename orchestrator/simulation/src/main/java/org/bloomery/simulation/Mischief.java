package org.bloomery.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.run.Attempt;
import org.bloomery.core.run.Run;
import org.bloomery.simulation.files.MemoryFileSystem;

/** The faults that come by themselves, at times that the seed draws. */
final class Mischief {
  /** Between two faults of one kind, where it strikes as often as it can. */
  private static final Duration BETWEEN = Duration.ofHours(3);

  private final SimulatedWorld world;
  private final SplittableRandom chance;
  private boolean over;

  Mischief(SimulatedWorld world) {
    this.world = world;
    chance = world.split();
  }

  void begin() {
    often(Fault.DEPOSED, this::depose);
    often(Fault.ALL_DOWN, this::stopAll);
    often(Fault.CLOCK_SET, this::setClock);
    often(Fault.STORE_AWAY, this::takeStore);
    often(Fault.CONTROLLER_OUTAGE, this::takeController);
    often(Fault.JOB_FORGOTTEN, this::forgetJob);
    often(Fault.REQUEUED, this::requeue);
    often(Fault.CANCELLED_BY_OTHERS, () -> end(SlurmJob.State.CANCELLED));
    often(Fault.PREEMPTED, () -> end(SlurmJob.State.PREEMPTED));
    often(Fault.HELD_BY_ADMINISTRATOR, this::hold);
    often(Fault.RENAMED, this::rename);
    often(Fault.ACCOUNTING_OUTAGE, this::takeAccounting);
    often(Fault.ACCOUNTING_LAG, this::delayAccounting);
    often(Fault.NODE_LOST, this::loseNode);
    often(Fault.CHECKPOINT_REMOVED, () -> damage(Fault.CHECKPOINT_REMOVED));
    often(Fault.CHECKPOINT_CHANGED, () -> damage(Fault.CHECKPOINT_CHANGED));
    often(Fault.SHARD_EMPTIED, () -> damage(Fault.SHARD_EMPTIED));
    often(Fault.FILES_UNREADABLE, this::hideFiles);
    often(Fault.DISK_FULL, this::fillDisk);
    trouble(false, false);
  }

  /** What is broken is mended, and nothing breaks any more. */
  void end() {
    over = true;
    world.slurm().setDown(false);
    world.accounting().setDown(false);
    world.accounting().catchUp();
    world.slurm().nodes().forEach(world.slurm()::repairNode);
    world.slurm().jobs().forEach(job -> job.heldByAdministrator = false);
    world.fileSystem().meetWith(MemoryFileSystem.Trouble.NONE);
  }

  private interface Act {
    /** Does it, and says whether there was anything to do it to. */
    boolean done();
  }

  private void often(Fault fault, Act act) {
    double rate = world.swarm().rate(fault);
    if (rate == 0) {
      return;
    }
    double mean = BETWEEN.toSeconds() / rate;
    long wait = 60 + (long) (-Math.log(1 - chance.nextDouble()) * mean);
    world.after(
        Duration.ofSeconds(wait),
        fault.toString(),
        () -> {
          if (!over) {
            if (act.done()) {
              world.struck(fault);
            }
            often(fault, act);
          }
        });
  }

  /** Lets something last for a while; the end of all ends it, too. */
  private void whileLasts(Duration most, Runnable end) {
    world.after(
        Duration.ofSeconds(60 + chance.nextLong(most.toSeconds())),
        "it passes",
        () -> {
          if (!over) {
            end.run();
          }
        });
  }

  private boolean depose() {
    Optional<Controller> next =
        world.controllers().stream().filter(Controller::standsBy).findFirst();
    boolean led = world.leader().isPresent();
    next.ifPresent(world::lead);
    return led && next.isPresent();
  }

  private boolean stopAll() {
    world.controllers().forEach(Controller::kill);
    // Each is started again after its own time, but not before this is over.
    whileLasts(Duration.ofHours(1), () -> {});
    return true;
  }

  private boolean setClock() {
    Duration error = Duration.ofSeconds(chance.nextLong(7200) - 3600);
    world.leader().ifPresent(leader -> leader.setClock(error));
    return world.leader().isPresent();
  }

  private boolean takeStore() {
    world.gate().setStoreAway(true);
    whileLasts(Duration.ofMinutes(40), () -> world.gate().setStoreAway(false));
    return true;
  }

  private boolean takeController() {
    world.slurm().setDown(true);
    whileLasts(Duration.ofHours(4), () -> world.slurm().setDown(false));
    return true;
  }

  private boolean takeAccounting() {
    world.accounting().setDown(true);
    whileLasts(Duration.ofHours(3), () -> world.accounting().setDown(false));
    return true;
  }

  private boolean delayAccounting() {
    world.accounting().setLag(Duration.ofSeconds(1 + chance.nextLong(7200)));
    whileLasts(Duration.ofHours(6), () -> world.accounting().setLag(Duration.ofSeconds(1)));
    return true;
  }

  private List<SlurmJob> ours() {
    return world.slurm().remembered().stream()
        .filter(job -> job.name.endsWith(SimulatedWorld.HOME.value()))
        .toList();
  }

  private Optional<SlurmJob> one(List<SlurmJob> jobs) {
    return jobs.isEmpty() ? Optional.empty() : Optional.of(jobs.get(chance.nextInt(jobs.size())));
  }

  /** It has saved what is older than some seconds. */
  private boolean forgetJob() {
    Optional<SlurmJob> young = one(ours().stream().filter(SlurmJob::isPending).toList());
    young.ifPresent(world.slurm()::forget);
    return young.isPresent();
  }

  private boolean requeue() {
    Optional<SlurmJob> job = one(ours().stream().filter(SlurmJob::runs).toList());
    job.ifPresent(world.slurm()::requeue);
    return job.isPresent();
  }

  private boolean end(SlurmJob.State state) {
    Optional<SlurmJob> job = one(ours().stream().filter(SlurmJob::runs).toList());
    job.ifPresent(one -> world.slurm().end(one, state));
    return job.isPresent();
  }

  private boolean hold() {
    Optional<SlurmJob> job = one(ours().stream().filter(SlurmJob::isPending).toList());
    job.ifPresent(
        one -> {
          one.heldByAdministrator = true;
          whileLasts(Duration.ofHours(5), () -> one.heldByAdministrator = false);
        });
    return job.isPresent();
  }

  private boolean rename() {
    // One that nobody has seen yet could never be found again.
    Optional<SlurmJob> job =
        one(ours().stream().filter(one -> !one.isOver() && isKnown(one)).toList());
    job.ifPresent(one -> one.name = "renamed");
    return job.isPresent();
  }

  private boolean isKnown(SlurmJob job) {
    return world.runs().stream()
        .flatMap(run -> run.attempt().flatMap(Attempt::job).stream())
        .anyMatch(
            key ->
                key.jobId().equals(Integer.toString(job.id))
                    && key.submitEpoch() == job.submit.getEpochSecond());
  }

  private boolean loseNode() {
    List<String> nodes = world.slurm().nodes();
    String node = nodes.get(chance.nextInt(nodes.size()));
    Optional<SlurmJob> victim = world.slurm().loseNode(node);
    victim
        .flatMap(job -> job.script)
        .ifPresent(
            script -> {
              if (script instanceof SimulatedJob ours) {
                ours.loseNode(world.strikes(Fault.ZOMBIE, 1));
              }
            });
    whileLasts(Duration.ofHours(6), () -> world.slurm().repairNode(node));
    return victim.isPresent();
  }

  /** Damages one of the newest checkpoints of a run. */
  private boolean damage(Fault how) {
    List<Run> open = world.runs().stream().filter(run -> !run.isFinished()).toList();
    if (open.isEmpty()) {
      return false;
    }
    Run run = open.get(chance.nextInt(open.size()));
    List<SealedCheckpoint> sealed = run.lineage().sealed();
    if (sealed.isEmpty()) {
      return false;
    }
    int newest = sealed.size() - 1 - chance.nextInt(Math.min(2, sealed.size()));
    CheckpointRef ref = sealed.get(newest).ref();
    SimulatedCheckpoint checkpoint = world.truth().checkpoint(run.id(), ref);
    world.truth().damage(checkpoint.directory());
    int file = chance.nextInt(3);
    if (how == Fault.CHECKPOINT_REMOVED) {
      checkpoint.remove();
    } else if (how == Fault.CHECKPOINT_CHANGED) {
      checkpoint.change(file);
    } else {
      checkpoint.empty(file);
    }
    return true;
  }

  private boolean hideFiles() {
    trouble(true, false);
    whileLasts(Duration.ofMinutes(30), () -> trouble(false, false));
    return true;
  }

  private boolean fillDisk() {
    trouble(false, true);
    whileLasts(Duration.ofMinutes(90), () -> trouble(false, false));
    return true;
  }

  private void trouble(boolean unreadable, boolean full) {
    world
        .fileSystem()
        .meetWith(
            (operation, path) -> {
              boolean writes = operation == MemoryFileSystem.Operation.WRITE;
              if (writes) {
                world.gate().betweenFiles();
              }
              if (unreadable && !writes) {
                throw new java.nio.file.FileSystemException(path, null, "Input/output error");
              }
              if (full && writes) {
                throw new java.nio.file.FileSystemException(path, null, "No space left on device");
              }
            });
  }
}
