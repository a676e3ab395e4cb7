package org.bloomery.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.bloomery.controlplane.loop.ClusterLoops;
import org.bloomery.controlplane.loop.RunContexts;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.controlplane.slurm.SlurmResourceManager;
import org.bloomery.controlplane.slurm.SlurmSite;
import org.bloomery.controlplane.slurm.ThisMachine;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Attempt;
import org.bloomery.core.run.Decider;
import org.bloomery.core.run.Decision;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Reconciler;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.Successor;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.SiteTimings;
import org.bloomery.simulation.files.JobFiles;
import org.bloomery.simulation.files.MemoryFileSystem;

/**
 * One simulated world: control planes on a store, a SLURM with its jobs and files, and a clock. All
 * that happens in it follows from its seed.
 */
final class SimulatedWorld implements JobWorld, Controller.Wiring {
  static final String CLUSTER = "simulated";
  static final HomeId HOME = new HomeId("c0ffee");

  /** So long an answer that has left something out may be decided on. */
  private static final Duration HIDDEN = Duration.ofMinutes(30);

  private static final List<String> NODES =
      List.of("node01", "node02", "node03", "node04", "node05", "node06");
  private static final Shape SHAPE =
      new Shape(new CheckpointLayout(1, 1, 1, 2, CheckpointLayout.Shards.BF16), 180, 240, 15, 1);

  private final Swarm swarm;
  private final Seams seams;
  private final Chance chance;
  private final VirtualTime time;
  private final MemoryFileSystem files;
  private final SlurmController slurm;
  private final SlurmDatabase accounting;
  private final LyingSlurm liar;
  private final InMemoryRunStore store;
  private final Truth truth;
  private final Invariants invariants;
  private final Coverage coverage = new Coverage();
  private final List<Controller> controllers = new ArrayList<>();
  private final List<ClusterProfile> profiles;
  private final Gate gate;
  private boolean chaos = true;
  private long newestEpoch;

  /** Streams of chance that do not shift each other: one for each part of the world. */
  private static final class Chance {
    private final SplittableRandom root;
    private final SplittableRandom jobs;
    private final SplittableRandom moments;
    private final SplittableRandom pace;

    Chance(SplittableRandom root) {
      this.root = root;
      jobs = root.split();
      moments = root.split();
      pace = root.split();
    }
  }

  SimulatedWorld(Swarm swarm, SplittableRandom random, Seams seams) {
    this.swarm = swarm;
    this.seams = seams;
    chance = new Chance(random);
    time = new VirtualTime(chance.root.split());
    files = new MemoryFileSystem(time);
    files.jobs().createDirectories("/runs");
    files.jobs().createDirectories(Truth.CHECKPOINTS);
    files.jobs().createDirectories("/home");
    profiles = Surroundings.profiles(swarm.site());
    accounting = new SlurmDatabase(time);
    slurm =
        new SlurmController(
            new SlurmController.Site(
                NODES, Duration.ofMinutes(5), Duration.ofSeconds(30), 4, swarm.site().idMax()),
            time,
            accounting,
            chance.root.split(),
            (job, controller) ->
                job.name.contains("-" + HOME.value())
                    ? new SimulatedJob(job, controller, this)
                    : new Stranger(job, controller, this));
    slurm.setMeanWait(swarm.site().meanWait());
    liar =
        new LyingSlurm(
            new SimulatedSlurm(slurm, accounting, files.jobs()),
            time,
            chance.root.split(),
            swarm.lies(),
            Duration.ofHours(1));
    gate = new Gate(this, chance.moments);
    store = new InMemoryRunStore(gate);
    truth = new Truth(slurm, accounting, files.jobs(), SHAPE.layout());
    invariants = new Invariants(truth, time, timings());
    for (int i = 1; i <= swarm.controllers(); i++) {
      controllers.add(new Controller("controller " + i, time, this));
    }
  }

  SiteTimings timings() {
    return profiles.get(0).timings();
  }

  VirtualTime time() {
    return time;
  }

  Swarm swarm() {
    return swarm;
  }

  SlurmController slurm() {
    return slurm;
  }

  SlurmDatabase accounting() {
    return accounting;
  }

  MemoryFileSystem fileSystem() {
    return files;
  }

  InMemoryRunStore store() {
    return store;
  }

  Truth truth() {
    return truth;
  }

  Invariants invariants() {
    return invariants;
  }

  Coverage coverage() {
    return coverage;
  }

  List<Controller> controllers() {
    return controllers;
  }

  SplittableRandom split() {
    return chance.root.split();
  }

  /** The control plane that leads under the newest epoch, if one is up. */
  Optional<Controller> leader() {
    return controllers.stream()
        .filter(Controller::leads)
        .reduce((one, other) -> one.epoch() > other.epoch() ? one : other);
  }

  /** Counts what the cluster does by itself. */
  void lookAtCluster() {
    if (slurm.takeReused() && swarm.rate(Fault.ID_REUSED) > 0) {
      coverage.count("fault", Fault.ID_REUSED.toString());
    }
  }

  /** From now on nothing goes wrong any more. */
  void becomeCalm() {
    chaos = false;
    gate.setStoreAway(false);
    liar.beHonest();
    invariants.becomeCalm();
    controllers.forEach(controller -> controller.setClock(Duration.ZERO));
    liar.told().forEach((lie, count) -> coverage.add("lie", lie.toString(), count));
  }

  Gate gate() {
    return gate;
  }

  LyingSlurm liar() {
    return liar;
  }

  /** Whether faults strike still. */
  boolean isChaos() {
    return chaos;
  }

  // What a control plane is made of.

  @Override
  public Controller.Parts parts(Controller controller) {
    RunStore ours = seams.store(store);
    RunStore.Epoch epoch = ours.lead();
    newestEpoch = epoch.number();
    RunContexts contexts =
        new RunContexts(files.getPath("/home"), HOME, profiles, Surroundings.RENDERER, ours);
    CommandRunner runner = seams.runner(command -> gate.run(controller, command));
    ResourceManager manager = seams.resourceManager(resourceManager(runner));
    Decider decider = watched(seams.decider(Reconciler::decide));
    ClusterLoops.Shared shared =
        new ClusterLoops.Shared(ours, contexts, controller::now, time::nanos, decider);
    Duration interval = timings().lookInterval();
    return new Controller.Parts(
        shared, new ClusterLoops.Site(CLUSTER, manager, interval), epoch, interval);
  }

  private ResourceManager resourceManager(CommandRunner runner) {
    SiteTimings timings = timings();
    SplittableRandom jitter = chance.pace.split();
    return new SlurmResourceManager(
        new SlurmSite(
            CLUSTER,
            SimulatedSlurm.USER,
            timings.lookInterval(),
            timings.nodeFailGrace(),
            timings.accountingGrace(),
            timings.lostLooks(),
            timings.lostAfter(),
            SlurmSite.Given::devices,
            files),
        new SlurmResourceManager.Tools(
            runner,
            new ThisMachine(Map.of("PATH", "/usr/bin")),
            Runnable::run,
            Duration.ZERO,
            time::nanos,
            jitter::nextDouble));
  }

  @Override
  public Optional<Controller> act(Optional<Controller> next) {
    return gate.act(next);
  }

  private Decider watched(Decider decider) {
    return (run, seen, policy, purses, now) -> {
      Decision decision = decider.decide(run, seen, policy, purses, now);
      coverage.count("phase decided", run.phase().word());
      decision
          .effects()
          .forEach(effect -> coverage.count("effect", effect.getClass().getSimpleName()));
      boolean hidden = time.instant().isBefore(liar.lastHidden().plus(HIDDEN));
      invariants.decided(run, seen, decision, hidden);
      return decision;
    };
  }

  @Override
  public void lost(Controller controller) {
    Duration away = Duration.ofSeconds(5 + chance.moments.nextInt(600));
    if (controller.isDown()) {
      time.after(away, "restart of " + controller, () -> restart(controller));
    }
    elect();
  }

  private void restart(Controller controller) {
    if (controller.isDown()) {
      controller.restart();
      elect();
    }
  }

  /**
   * If nobody leads, somebody takes over after the time that a session needs to expire. Whoever was
   * overtaken and does not know it yet stands in nobody's way.
   */
  void elect() {
    time.after(
        Duration.ofSeconds(10 + chance.moments.nextInt(40)),
        "election",
        () -> {
          boolean led =
              controllers.stream()
                  .anyMatch(one -> one.leads() && one.epoch() == newestEpoch && !one.isBusy());
          if (!led) {
            controllers.stream().filter(Controller::standsBy).findFirst().ifPresent(this::lead);
          }
        });
  }

  /** Lets a control plane take over, whoever else leads. */
  void lead(Controller controller) {
    coverage.count("leader", "taken over");
    controller.lead();
  }

  @Override
  public void turned(Controller controller) {
    coverage.count("leader", "rounds");
  }

  // What the jobs meet with.

  @Override
  public Shape shape() {
    return SHAPE;
  }

  @Override
  public JobFiles files() {
    return files.jobs();
  }

  @Override
  public Instant now() {
    return time.instant();
  }

  @Override
  public void after(Duration delay, String what, Runnable act) {
    time.after(delay, what, act);
  }

  @Override
  public Duration drawn(Duration most) {
    return Duration.ofSeconds(1 + chance.jobs.nextLong(most.toSeconds()));
  }

  @Override
  public JobFate fate(SlurmJob job) {
    JobFate fate = JobFate.drawn(swarm, chance.jobs);
    return chaos ? fate : JobFate.GOOD;
  }

  @Override
  public boolean strikes(Fault fault, double share) {
    return chance.jobs.nextDouble() < share * swarm.rate(fault) && chaos;
  }

  @Override
  public void struck(Fault fault) {
    time.note(fault.name());
    coverage.count("fault", fault.toString());
  }

  @Override
  public boolean honoursClaims() {
    return seams.honoursClaims();
  }

  @Override
  public void trainingStarts(SimulatedJob job, Optional<Long> from) {
    coverage.count("job", from.isPresent() ? "resumes" : "starts from the beginning");
    invariants.trains(job, from, time.instant());
  }

  /** Whether something is to be done: a run that neither waits for a person nor is over. */
  boolean isAtWork() {
    return runs().stream().anyMatch(run -> !isAtRest(run));
  }

  /**
   * Whether a run is over, or waits for a person: one that holds it, or has to let its job go. Also
   * a leader that was overtaken may have held the job, or a release was taken for done on an answer
   * from before the hold; the run says so, but is nobody's to release.
   */
  boolean isAtRest(Run run) {
    if (run.phase() instanceof Phase.Pending) {
      return truth.isHeld(run.attempt().flatMap(Attempt::job).orElseThrow());
    }
    boolean held = run.phase() instanceof Phase.Held;
    boolean heldByPerson =
        run.phase() instanceof Phase.Held phase && phase.reason() == HoldReason.HELD;
    return (held || run.isFinished())
        && run.surplus().isEmpty()
        && run.successor()
            .filter(Successor::isOpen)
            .map(next -> heldByPerson && next.job().map(truth::isHeld).orElse(true))
            .orElse(true);
  }

  /** All runs, as the records say. */
  List<Run> runs() {
    return invariants.runs();
  }

  @Override
  public String toString() {
    return slurm.jobs().stream().map(SlurmJob::toString).collect(Collectors.joining("\n"));
  }
}
