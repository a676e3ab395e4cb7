package org.bloomery.core.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.spec.Batch;
import org.bloomery.core.spec.CheckpointPolicy;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.DeepSpeed;
import org.bloomery.core.spec.JobRules;
import org.bloomery.core.spec.Launcher;
import org.bloomery.core.spec.LauncherKind;
import org.bloomery.core.spec.LearningRateDecay;
import org.bloomery.core.spec.Model;
import org.bloomery.core.spec.ModelFamily;
import org.bloomery.core.spec.OnExhausted;
import org.bloomery.core.spec.OptimizerKind;
import org.bloomery.core.spec.Parallelism;
import org.bloomery.core.spec.PipelinePartition;
import org.bloomery.core.spec.PositionEmbedding;
import org.bloomery.core.spec.Precision;
import org.bloomery.core.spec.Resources;
import org.bloomery.core.spec.RestartLimits;
import org.bloomery.core.spec.Revision;
import org.bloomery.core.spec.RunBudget;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SampleClusters;
import org.bloomery.core.spec.Training;
import org.bloomery.core.spec.TrainingData;
import org.bloomery.core.spec.TrainingData.MixturePart;

/** A small run on this machine, and the templates as they ship. */
final class ScriptSamples {
  static final TrainingData.DocumentRange TRAINED = new TrainingData.DocumentRange(0, 0.95);
  static final RunId RUN = new RunId("bloom-nano");

  private ScriptSamples() {}

  static Templates templates() {
    return Templates.read(ScriptSamples::template);
  }

  static AttemptPlan plan(int attempt, Optional<Long> resumeIteration) {
    return planFrom(attempt, resumeIteration.map(iteration -> new Resume(iteration, 0)));
  }

  static AttemptPlan planFrom(int attempt, Optional<Resume> resume) {
    return new AttemptPlan(
        RUN,
        new HomeId("c0ffee"),
        attempt,
        "/srv/bloomery/runs/bloom-nano/attempts/000" + attempt,
        "/srv/bloomery/checkpoints/bloom-nano/attempts/000" + attempt,
        resume,
        Duration.ofSeconds(30),
        64L << 20);
  }

  static ClusterProfile cluster(Duration goWait, Duration killWait) {
    return SampleClusters.local("/srv/bloomery/runs", goWait, killWait);
  }

  static ClusterProfile cluster() {
    return cluster(Duration.ofMinutes(2), Duration.ofSeconds(10));
  }

  static ClusterProfile slurmCluster() {
    return SampleClusters.slurm(
        "jean-zay-a100", OptionalDouble.of(150), OptionalLong.of(80L << 30));
  }

  /** One on which the names of nodes do not resolve. */
  static ClusterProfile slurmClusterWithMasterAddress(String address) {
    ClusterProfile cluster = slurmCluster();
    JobRules rules = cluster.jobRules();
    return new ClusterProfile(
        cluster.name(),
        cluster.documented(),
        cluster.resourceManager(),
        cluster.transport(),
        cluster.runsRoot(),
        cluster.partitions(),
        cluster.qos(),
        new JobRules(
            rules.hint(),
            rules.exclusiveOnSeveralNodes(),
            rules.submittedJobs(),
            rules.ageOfDependentJobsGrows(),
            rules.requeues(),
            rules.overTimeLimit(),
            rules.unkillableTime(),
            Optional.of(address)),
        cluster.billing(),
        cluster.spaces(),
        cluster.energy(),
        cluster.reliability(),
        cluster.timings());
  }

  static RunSpec spec() {
    return spec(launcher(), Duration.ofMinutes(30));
  }

  static RunSpec spec(Duration timeLimit) {
    return spec(launcher(), timeLimit);
  }

  static RunSpec spec(Launcher launcher) {
    return spec(launcher, Duration.ofMinutes(30));
  }

  /** Two devices on each of some nodes of a cluster. */
  static RunSpec slurmSpec(int nodes, Launcher launcher) {
    return spec(launcher, resources(nodes, 2, Duration.ofMinutes(30)));
  }

  private static Launcher launcher() {
    SortedMap<String, String> environment = new TreeMap<>();
    environment.put("OMP_NUM_THREADS", "1");
    return new Launcher(
        LauncherKind.MEGATRON_DEEPSPEED,
        Optional.of("/usr/bin/python3"),
        "/srv/bloom-nano/pretrain_bloom_nano.py",
        Optional.of("/srv/bloom-nano"),
        List.of("umask 027"),
        environment,
        Optional.empty(),
        List.of(),
        new Launcher.Preflight(List.of(), Duration.ofMinutes(5)),
        Optional.of(Duration.ofSeconds(90)),
        List.of("--num-workers", "0"));
  }

  private static RunSpec spec(Launcher launcher, Duration timeLimit) {
    return spec(launcher, resources(1, 2, timeLimit));
  }

  private static RunSpec spec(Launcher launcher, Resources resources) {
    return new RunSpec(
        RUN,
        "demo",
        new TreeMap<>(),
        "local",
        resources,
        model(),
        new Parallelism(1, 1, PipelinePartition.TRANSFORMER_AND_EMBEDDING, false),
        new Batch(4, 16, Optional.empty()),
        training(),
        deepSpeed(0),
        data(),
        new CheckpointPolicy(
            "/srv/bloomery/checkpoints",
            50,
            new CheckpointPolicy.Keep(3, Optional.empty(), List.of())),
        launcher,
        new RestartLimits(
            5,
            new TreeMap<>(),
            new RestartLimits.Backoff(Duration.ofSeconds(1), Duration.ofSeconds(8)),
            Optional.empty(),
            new RestartLimits.Exclude(Duration.ofHours(24), 5)),
        new RunBudget(GpuSeconds.ofHours(1), OnExhausted.SAVE_AND_STOP),
        List.of());
  }

  /** The same run with other resources and revisions. */
  static RunSpec with(RunSpec spec, Resources resources, List<Revision> revisions) {
    return new RunSpec(
        spec.name(),
        spec.account(),
        spec.labels(),
        spec.cluster(),
        resources,
        spec.model(),
        spec.parallelism(),
        spec.batch(),
        spec.training(),
        spec.deepSpeed(),
        spec.data(),
        spec.checkpoint(),
        spec.launcher(),
        spec.restart(),
        spec.budget(),
        revisions);
  }

  static Resources resources(int nodes, int devicesPerNode, Duration timeLimit) {
    Optional<String> none = Optional.empty();
    return new Resources(
        nodes,
        devicesPerNode,
        Optional.empty(),
        false,
        Optional.empty(),
        none,
        none,
        none,
        none,
        none,
        timeLimit,
        List.of(),
        new TreeMap<>());
  }

  static DeepSpeed deepSpeed(int zeroStage) {
    return new DeepSpeed(zeroStage, false, false, 2000, false);
  }

  private static Model model() {
    return new Model(
        ModelFamily.BLOOM,
        4,
        128,
        512,
        4,
        256,
        256,
        384,
        true,
        PositionEmbedding.ALIBI,
        true,
        0.02);
  }

  private static Training training() {
    return new Training(
        6400,
        Precision.BF16,
        Optional.empty(),
        42,
        false,
        new Training.Optimizer(OptimizerKind.ADAM, 0.9, 0.95, 1e-8, 0.1, 1.0),
        new Training.LearningRate(1e-3, 1e-4, LearningRateDecay.COSINE, 6400, 320, false),
        Optional.empty(),
        List.of(),
        new Training.Evaluation(100, 2),
        1,
        Optional.empty());
  }

  private static TrainingData data() {
    return new TrainingData(
        new TrainingData.Tokenizer(
            "ByteLevel", Optional.empty(), Optional.empty(), Optional.empty()),
        List.of(
            new MixturePart("fr", 0.6, "/srv/texts/fr/text_document", List.of("fr"), TRAINED),
            new MixturePart("sw", 0.25, "/srv/texts/sw/text_document", List.of("sw"), TRAINED),
            new MixturePart(
                "code", 0.15, "/srv/texts/code/text_document", List.of("python"), TRAINED)),
        new TrainingData.Split(0.95),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static String template(String name) {
    try (InputStream in = ScriptSamples.class.getResourceAsStream(Templates.RESOURCES + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
