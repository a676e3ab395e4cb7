package org.bloomery.core.plan;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.Model;
import org.bloomery.core.spec.Parallelism;
import org.bloomery.core.spec.Partition;
import org.bloomery.core.spec.Partition.Device;
import org.bloomery.core.spec.Precision;
import org.bloomery.core.spec.Revision;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SampleClusters;
import org.bloomery.core.spec.SiteEnergy;
import org.bloomery.core.spec.SiteReliability;
import org.bloomery.core.spec.Sourced;
import org.bloomery.core.spec.SpecTexts;

/** Clusters for plans: Jean Zay's A100 partition as it was for BLOOM, and what differs from it. */
final class SampleSites {
  private SampleSites() {}

  /** The text of a training of 1.3 million parameters, with as few fields as plans need. */
  static String tiny() {
    return SpecTexts.resource("../plan/tiny.yaml");
  }

  /**
   * 80 GB A100s, 400 W and 312 TFLOP/s each; French electricity; one failure a week on 48 nodes.
   */
  static ClusterProfile a100() {
    return with(
        device("a100-80gb", OptionalDouble.empty(), OptionalDouble.of(312), 80L << 30),
        Optional.of(
            new SiteReliability(
                Optional.of(new Sourced(1.0 / 7 / 48, "BLOOM-176B lost a GPU every week or so")),
                Optional.of(Duration.ofSeconds(258)))));
  }

  /** Devices of a type that nobody calibrated. */
  static ClusterProfile of(String type, OptionalDouble sustainedTflops, OptionalDouble peakTflops) {
    return with(device(type, sustainedTflops, peakTflops, 80L << 30), Optional.empty());
  }

  /** A100s with less memory, in a cluster that the sample spec does not name. */
  static ClusterProfile tight() {
    ClusterProfile site =
        with(
            device("a100-16gb", OptionalDouble.empty(), OptionalDouble.of(312), 16L << 30),
            Optional.empty());
    return copy(site, "other", site.partitions(), site.reliability());
  }

  private static Device device(
      String type, OptionalDouble sustained, OptionalDouble peak, long memory) {
    return new Device(
        type,
        OptionalLong.of(memory),
        OptionalDouble.of(400),
        peak,
        sustained,
        List.of(Precision.values()));
  }

  private static ClusterProfile with(Device device, Optional<SiteReliability> reliability) {
    ClusterProfile sample =
        SampleClusters.slurm("a100", OptionalDouble.empty(), OptionalLong.empty());
    Partition one = sample.partitions().get(0);
    Partition partition =
        new Partition(
            one.name(),
            one.nodes(),
            one.devicesPerNode(),
            device,
            one.coresPerNode(),
            one.coresPerDevice(),
            one.threadsPerCore(),
            one.constraints(),
            one.constraintRequired(),
            one.accountSuffix(),
            one.maximumTime(),
            one.defaultTime(),
            one.internet());
    return copy(
        sample, sample.name(), List.of(partition), reliability.orElse(sample.reliability()));
  }

  private static ClusterProfile copy(
      ClusterProfile site, String name, List<Partition> partitions, SiteReliability reliability) {
    return new ClusterProfile(
        name,
        site.documented(),
        site.resourceManager(),
        site.transport(),
        site.runsRoot(),
        partitions,
        site.qos(),
        site.jobRules(),
        site.billing(),
        site.spaces(),
        Optional.of(
            new SiteEnergy(new Sourced(57, "RTE 2021"), new Sourced(1.2, "green algorithms"))),
        reliability,
        site.timings());
  }

  /** The same run with another number of layers, dealt in another way. */
  static RunSpec shaped(RunSpec run, int layers, Parallelism parallelism) {
    Model model = run.model();
    Model deeper =
        new Model(
            model.family(),
            layers,
            model.hiddenSize(),
            model.feedForwardSize(),
            model.attentionHeads(),
            model.sequenceLength(),
            model.maximumPositions(),
            model.vocabularySize(),
            model.padVocabulary(),
            model.positionEmbedding(),
            model.embeddingLayerNorm(),
            model.initStd());
    return copy(run, deeper, parallelism, run.revisions());
  }

  /** The same run, which changes while it runs. */
  static RunSpec revised(RunSpec run, Revision... revisions) {
    return copy(run, run.model(), run.parallelism(), List.of(revisions));
  }

  private static RunSpec copy(
      RunSpec run, Model model, Parallelism parallelism, List<Revision> revisions) {
    return new RunSpec(
        run.name(),
        run.account(),
        run.labels(),
        run.cluster(),
        run.resources(),
        model,
        parallelism,
        run.batch(),
        run.training(),
        run.deepSpeed(),
        run.data(),
        run.checkpoint(),
        run.launcher(),
        run.restart(),
        run.budget(),
        revisions);
  }
}
