package org.bloomery.core.plan;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.bloomery.core.plan.Plan.CheckpointPlan;
import org.bloomery.core.plan.Plan.Failures;
import org.bloomery.core.plan.Plan.PhasePlan;
import org.bloomery.core.plan.Plan.Recipe;
import org.bloomery.core.plan.Plan.Speed;
import org.bloomery.core.plan.PlanProblems.Figures;
import org.bloomery.core.plan.PlanProblems.Shortage;
import org.bloomery.core.plan.Throughput.Step;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.Partition;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.Space;
import org.bloomery.core.spec.Training.LearningRate;

/** Says what a run will need and give, before it costs anything. */
public final class Planner {
  /** Of the time, spare nodes shall be enough. */
  private static final double SPARES_CONFIDENCE = 0.99;

  private final RunSpec run;
  private final ClusterProfile cluster;
  private final PlanOptions options;
  private final Assumptions assumptions;
  private final BatchSchedule schedule;
  private final List<Phase> phases;

  /** The longest phase, whose figures stand for the run's. */
  private final Phase main;

  /** Where that phase computes; nothing if the cluster has no such partition. */
  private final Optional<Partition> partition;

  private Planner(RunSpec run, ClusterProfile cluster, PlanOptions options) {
    this.run = run;
    this.cluster = cluster;
    this.options = options;
    this.assumptions = Assumptions.of(cluster);
    this.schedule = BatchSchedule.of(run);
    this.phases = Phase.of(schedule, cluster);
    this.main = phases.stream().max(Comparator.comparingLong(Phase::iterations)).orElseThrow();
    this.partition = partition(main);
  }

  private Optional<Partition> partition(Phase phase) {
    return cluster.partition(phase.spec().resources().partition());
  }

  /** A plan of what can be known before the run. */
  public static Plan plan(RunSpec run, ClusterProfile cluster) {
    return plan(run, cluster, PlanOptions.NONE);
  }

  /** A plan of somebody who knows more than the spec and the profile say. */
  public static Plan plan(RunSpec run, ClusterProfile cluster, PlanOptions options) {
    return new Planner(run, cluster, options).plan();
  }

  private Plan plan() {
    Step step = main.fullStep();
    Optional<Forecast> forecast = forecast(step);
    MemoryEstimate.OfStage memory = memory(main);
    OptionalDouble seconds = value(forecast.map(known -> known.secondsOf(main)));
    CheckpointPlan checkpoint = checkpoint(seconds);
    Optional<Plan.Course> course = forecast.flatMap(Forecast::course);
    List<PhasePlan> phasePlans = phases.stream().map(one -> phasePlan(one, forecast)).toList();
    long iterations = schedule.iterations();
    return new Plan(
        run.name().value(),
        cluster.name(),
        partition.map(p -> p.device().type()),
        ModelArithmetic.parameters(main.spec().model()),
        main.spec().resources().devices(),
        main.spec().dataParallel(),
        iterations,
        schedule.consumedSamples(iterations),
        schedule.tokens(iterations),
        step.flops(),
        memory.parts().total(),
        memory.parts(),
        memory.stage(),
        deviceMemory(main),
        seconds,
        value(forecast.map(Forecast::trainingSeconds)),
        value(forecast.map(Forecast::gpuHours)),
        forecast.map(known -> OptionalLong.of(known.jobs())).orElseGet(OptionalLong::empty),
        checkpoint,
        value(forecast.map(known -> known.ettr(main))),
        recipe(),
        main.topology(),
        forecast.map(known -> speed(known, step)),
        failures(),
        course,
        course.flatMap(this::energy),
        phasePlans,
        new PlanProblems(run, cluster, partition, main)
            .of(new Figures(iterations, shortages(), checkpoint, forecast)));
  }

  /** Phases that need more memory than their devices have. */
  private List<Shortage> shortages() {
    return phases.stream()
        .map(one -> new Shortage(memory(one).parts().total(), deviceMemory(one)))
        .filter(one -> one.neededBytes() > one.deviceBytes().orElse(Long.MAX_VALUE))
        .toList();
  }

  private MemoryEstimate.OfStage memory(Phase phase) {
    boolean onCpus = partition(phase).map(p -> p.device().type().startsWith("cpu")).orElse(false);
    return MemoryEstimate.fullest(phase.spec(), phase.topology(), !onCpus);
  }

  private Optional<Forecast> forecast(Step step) {
    OptionalDouble measured = options.measuredSecondsPerIteration();
    double expected = expected(main).orElseGet(Throughput::byWork).seconds(step);
    return Forecast.of(
        phases,
        phase ->
            measured.isPresent()
                ? Optional.of(
                    Throughput.measured(expected(phase), measured.getAsDouble(), expected))
                : expected(phase),
        assumptions);
  }

  private Optional<Throughput> expected(Phase phase) {
    return Throughput.of(phase.spec(), partition(phase).map(Partition::device), options.tflops());
  }

  private static OptionalDouble value(Optional<Double> known) {
    return known.map(OptionalDouble::of).orElseGet(OptionalDouble::empty);
  }

  private OptionalLong deviceMemory(Phase phase) {
    return partition(phase)
        .map(p -> p.deviceMemoryBytes(phase.spec().resources().constraint()))
        .orElseGet(OptionalLong::empty);
  }

  private Recipe recipe() {
    RunSpec spec = main.spec();
    LearningRate rate = spec.training().learningRate();
    int full = schedule.globalBatch(schedule.iterations());
    return new Recipe(
        schedule.globalBatch(1),
        full,
        spec.batch().micro(),
        schedule.iterationsBelow(full),
        rate.peak(),
        rate.minimum(),
        rate.decay().word(),
        schedule.iterationReaching(rate.warmupSamples()),
        schedule.iterationReaching(rate.decaySamples()));
  }

  private CheckpointPlan checkpoint(OptionalDouble stepSeconds) {
    RunSpec spec = main.spec();
    CheckpointContents contents = CheckpointContents.of(spec, main.topology());
    double save = assumptions.saveSeconds(contents, spec);
    KeptCheckpoints kept = KeptCheckpoints.of(spec.checkpoint(), schedule.iterations());
    double failure = assumptions.meanTimeToFailure(spec);
    double young = Reliability.youngInterval(save, failure);
    double daly = Reliability.dalyInterval(save, failure);
    int every = spec.checkpoint().everyIterations();
    return new CheckpointPlan(
        contents.bytes(),
        contents.files(),
        iterations(young, stepSeconds),
        every,
        stepSeconds.isPresent()
            ? OptionalDouble.of(every * stepSeconds.getAsDouble())
            : OptionalDouble.empty(),
        save,
        young,
        daly,
        iterations(daly, stepSeconds),
        kept.saved(),
        kept.kept(),
        (kept.kept() + 1) * contents.bytes(),
        (kept.kept() + 1) * (contents.files() + 1),
        cluster.spaceOf(spec.checkpoint().directory()).map(Space::name),
        contents.classes());
  }

  private static OptionalLong iterations(double seconds, OptionalDouble stepSeconds) {
    return stepSeconds.isPresent()
        ? OptionalLong.of(Math.max(1, Math.round(seconds / stepSeconds.getAsDouble())))
        : OptionalLong.empty();
  }

  private Failures failures() {
    int nodes = main.spec().resources().nodes();
    double away =
        -StrictMath.expm1(
            -assumptions.nodeFailuresPerDay().value() * assumptions.nodeAwayDays().value());
    return new Failures(
        assumptions.nodeFailuresPerDay(),
        assumptions.meanTimeToFailure(main.spec()),
        assumptions.restartSeconds(),
        assumptions.nodeAwayDays(),
        Reliability.binomialQuantile(nodes, away, SPARES_CONFIDENCE));
  }

  private Speed speed(Forecast forecast, Step step) {
    Throughput throughput = forecast.throughputOf(main);
    double tflops = step.tflopsPerDevice(throughput.seconds(step));
    OptionalDouble peak =
        partition.map(p -> p.device().peakTflops()).orElseGet(OptionalDouble::empty);
    return new Speed(
        throughput.basis().word(),
        throughput.basis().sentence(),
        tflops,
        peak.isPresent() ? OptionalDouble.of(tflops / peak.getAsDouble()) : OptionalDouble.empty(),
        step.shape().idleShare(),
        value(throughput.model().map(model -> model.exchangeSeconds(step.shape()))),
        ModelArithmetic.ruleOfThumbSeconds(
            ModelArithmetic.passes(main.spec()),
            (double) schedule.tokens(schedule.iterations())
                * ModelArithmetic.parameters(main.spec().model()),
            main.spec().resources().devices() * tflops * 1e12),
        throughput.points());
  }

  private Optional<EnergyEstimate> energy(Plan.Course course) {
    OptionalDouble watts =
        partition.map(p -> p.device().boardWatts()).orElseGet(OptionalDouble::empty);
    return watts.isPresent()
        ? Optional.of(EnergyEstimate.of(course.gpuHours(), watts.getAsDouble(), cluster.energy()))
        : Optional.empty();
  }

  private PhasePlan phasePlan(Phase phase, Optional<Forecast> forecast) {
    RunSpec spec = phase.spec();
    return new PhasePlan(
        phase.firstIteration(),
        phase.lastIteration(),
        spec.resources().nodes(),
        spec.dataParallel(),
        spec.batch().micro(),
        memory(phase).parts().total(),
        value(forecast.map(known -> known.secondsOf(phase))),
        value(forecast.map(known -> known.trainingSecondsOf(phase))),
        value(forecast.map(known -> known.gpuHoursOf(phase))));
  }
}
