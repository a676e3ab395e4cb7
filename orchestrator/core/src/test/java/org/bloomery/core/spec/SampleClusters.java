package org.bloomery.core.spec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bloomery.core.ledger.BillingRule;

/** Cluster profiles for tests that need one but do not test it. */
public final class SampleClusters {
  private SampleClusters() {}

  /** The profiles that the repository ships, by their files' names without the ending. */
  public static Map<String, ClusterProfile> shipped() {
    Path directory = SpecTexts.repositoryFile("job-specs/clusters");
    try (Stream<Path> files = Files.list(directory)) {
      Map<String, ClusterProfile> profiles = new TreeMap<>();
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        profiles.put(name.replace(".yaml", ""), value(name, Files.readString(file)));
      }
      return profiles;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The value of a profile that must be good; its problems are the failure's message. */
  static ClusterProfile value(String name, String text) {
    Bound<ClusterProfile> bound = SpecBinder.bindCluster(name, text, SpecTexts.CONTEXT);
    if (bound instanceof Bound.Value<ClusterProfile> good && good.warnings().isEmpty()) {
      return good.value();
    }
    throw new AssertionError(
        String.join("\n", bound.problemList().stream().map(SpecProblem::text).toList()));
  }

  /** One machine with 8 CPU ranks. */
  public static ClusterProfile local(String runsRoot, Duration goWait, Duration killWait) {
    return profile(
        "local",
        ResourceManagerKind.LOCAL,
        runsRoot,
        partition("local", 1, device(OptionalDouble.empty(), OptionalLong.empty())),
        new SiteTimings(
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            goWait,
            killWait,
            Duration.ZERO,
            Duration.ofMinutes(30),
            20,
            Duration.ofHours(2)));
  }

  /** 52 nodes with 8 devices each, in the partition gpu_p5 as Jean Zay has one. */
  public static ClusterProfile slurm(
      String name, OptionalDouble sustainedTflops, OptionalLong deviceMemoryBytes) {
    return profile(
        name,
        ResourceManagerKind.SLURM,
        "/runs",
        partition("gpu_p5", 52, device(sustainedTflops, deviceMemoryBytes)),
        new SiteTimings(
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofMinutes(2),
            Duration.ofSeconds(60),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            20,
            Duration.ofHours(2)));
  }

  private static ClusterProfile profile(
      String name,
      ResourceManagerKind kind,
      String runsRoot,
      Partition partition,
      SiteTimings timings) {
    return new ClusterProfile(
        name,
        new Documented("2022-07", List.of("a test")),
        kind,
        new Transport.OnThisMachine(),
        runsRoot,
        List.of(partition),
        List.of(),
        new JobRules(
            Optional.empty(),
            false,
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            Duration.ZERO,
            Optional.empty(),
            Optional.empty()),
        BillingRule.AS_ALLOCATED,
        List.of(),
        Optional.empty(),
        new SiteReliability(Optional.empty(), Optional.empty()),
        timings);
  }

  private static Partition partition(String name, int nodes, Partition.Device device) {
    return new Partition(
        name,
        nodes,
        8,
        device,
        OptionalInt.empty(),
        OptionalInt.empty(),
        1,
        List.of(),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        true);
  }

  private static Partition.Device device(OptionalDouble sustainedTflops, OptionalLong memory) {
    return new Partition.Device(
        "sample",
        memory,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        sustainedTflops,
        List.of(Precision.values()));
  }
}
