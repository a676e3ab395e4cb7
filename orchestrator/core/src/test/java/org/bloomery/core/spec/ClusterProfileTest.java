package org.bloomery.core.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bloomery.core.ledger.BillingRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterProfileTest {
  private static final String TEXT = SpecTexts.resource("cluster.yaml");
  private static final ClusterProfile EVERY_FIELD = SampleClusters.value("cluster.yaml", TEXT);
  private static final Map<String, ClusterProfile> SHIPPED = SampleClusters.shipped();

  @Test
  void everyFieldOfAGoodProfileArrives() {
    OptionalInt ten = OptionalInt.of(10);
    OptionalInt fourHundred = OptionalInt.of(400);
    assertThat(EVERY_FIELD)
        .isEqualTo(
            new ClusterProfile(
                "every-field",
                new Documented("2022-07-28", List.of("the site's pages", "scontrol show config")),
                ResourceManagerKind.SLURM,
                new Transport.Ssh("login.site", Optional.of("ada"), Duration.ofMinutes(30)),
                "/projects/ada/runs",
                List.of(gpu()),
                List.of(
                    new QualityOfService(
                        "long",
                        List.of("gpu"),
                        true,
                        Optional.of(Duration.ofHours(100)),
                        fourHundred,
                        fourHundred,
                        ten,
                        false),
                    new QualityOfService(
                        "short",
                        List.of("gpu"),
                        false,
                        Optional.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        ten,
                        true)),
                new JobRules(
                    Optional.of("nomultithread"),
                    true,
                    OptionalInt.of(100),
                    Optional.of(false),
                    Optional.of(true),
                    Duration.ofMinutes(5),
                    Optional.of(Duration.ofMinutes(3)),
                    Optional.of("127.0.0.1")),
                new BillingRule(true, true),
                EVERY_FIELD.spaces(),
                Optional.of(
                    new SiteEnergy(
                        new Sourced(57, "a notebook (2022)"), new Sourced(1.2, "a page"))),
                new SiteReliability(
                    Optional.of(new Sourced(0.003, "a chronicle")),
                    Optional.of(Duration.ofSeconds(258))),
                new SiteTimings(
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(45),
                    Duration.ofSeconds(40),
                    Duration.ofMinutes(15),
                    Duration.ofMinutes(3),
                    Duration.ofSeconds(50),
                    Duration.ofMinutes(6),
                    Duration.ofMinutes(31),
                    21,
                    Duration.ofHours(3))));
  }

  @Test
  void thePageForSitesNamesEveryField() throws IOException {
    String page = Files.readString(SpecTexts.repositoryFile("docs/cluster-profiles.md"));
    List<String> words = List.of(page.split("[^A-Za-z]+"));
    Matcher fields = Pattern.compile("\\b([a-z][A-Za-z]+):[ \n]").matcher(TEXT);
    assertThat(fields.results().map(field -> field.group(1)).distinct().toList())
        .hasSizeGreaterThan(60)
        .isSubsetOf(words);
  }

  private static Partition gpu() {
    return new Partition(
        "gpu",
        60,
        8,
        new Partition.Device(
            "a100-80gb",
            OptionalLong.of(80L << 30),
            OptionalDouble.of(400),
            OptionalDouble.of(312),
            OptionalDouble.of(149.5),
            List.of(Precision.BF16, Precision.FP16)),
        OptionalInt.of(64),
        OptionalInt.of(8),
        2,
        List.of(
            new Partition.Constraint("a100", OptionalLong.empty()),
            new Partition.Constraint("a100-40g", OptionalLong.of(40L << 30))),
        true,
        Optional.of("@a100"),
        Optional.of(Duration.ofHours(100)),
        Optional.of(Duration.ofMinutes(10)),
        true);
  }

  @Test
  void aPathLiesInTheSpaceThatNamesItMostClosely() {
    assertThat(EVERY_FIELD.spaceOf("/scratch/ckpt"))
        .contains(
            new Space(
                "SCRATCH",
                List.of("/scratch", "/old/scratch"),
                OptionalLong.of(400L << 40),
                OptionalLong.of(1_000_000),
                Space.Per.PROJECT,
                Optional.of(Duration.ofDays(30)),
                false));
    assertThat(nameOf("/scratch")).contains("SCRATCH");
    assertThat(nameOf("/old/scratch/x/y")).contains("SCRATCH");
    assertThat(nameOf("/scratch/fast/x")).contains("FAST");
    assertThat(nameOf("/scratch/faster")).contains("SCRATCH");
    assertThat(nameOf("/scratchy")).isEmpty();
    assertThat(nameOf("/old")).isEmpty();
    String root = TEXT.replace("[/home]", "[/]");
    assertThat(SampleClusters.value("root.yaml", root).spaceOf("/srv/x").map(Space::name))
        .contains("HOME");
  }

  private static Optional<String> nameOf(String path) {
    return EVERY_FIELD.spaceOf(path).map(Space::name);
  }

  @Test
  void aRunThatNamesNoPartitionGetsTheFirstAndItsDefaultQualityOfService() {
    ClusterProfile v100 = SHIPPED.get("jean-zay-v100");
    Partition first = v100.partition(Optional.empty()).orElseThrow();
    assertThat(first.name()).isEqualTo("gpu_p13");
    assertThat(v100.partition(Optional.of("gpu_p2")).orElseThrow().devicesPerNode()).isEqualTo(8);
    assertThat(v100.partition(Optional.of("gpu_p5"))).isEmpty();
    assertThat(v100.qos(Optional.empty(), first).orElseThrow().name()).isEqualTo("qos_gpu-t3");
    assertThat(v100.qos(Optional.of("qos_gpu-gc"), first)).isEmpty();
    assertThat(first.deviceMemoryBytes(Optional.empty())).hasValue(16L << 30);
    assertThat(first.deviceMemoryBytes(Optional.of("v100-16g"))).hasValue(16L << 30);
    assertThat(first.deviceMemoryBytes(Optional.of("v100-32g"))).hasValue(32L << 30);
    ClusterProfile local = SHIPPED.get("local");
    assertThat(local.partition(Optional.of("gpu_p5"))).contains(local.partitions().get(0));
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        // profile, partition, nodes, GPUs, GiB, cores, cores per GPU, constraints, suffix, hours
        "jean-zay-v100 | gpu_p13 | 612 | 4 | 16 | 40 | 10 | v100-16g v100-32g | false | @v100",
        "jean-zay-v100 | gpu_p2 | 31 | 8 | 32 | 24 | 3 | '' | false | @v100",
        "jean-zay-a100 | gpu_p5 | 52 | 8 | 80 | 64 | 8 | a100 | true | @a100",
        "jean-zay-a100-later | gpu_p5 | 52 | 8 | 80 | 64 | 8 | a100 | true | @a100",
        "jean-zay-h100 | gpu_p6 | 364 | 4 | 80 | 96 | 24 | h100 | true | @h100",
      })
  void jeanZaysPartitionsAreAsPublished(
      String profile,
      String name,
      int nodes,
      int devices,
      long memoryGib,
      int cores,
      int coresPerDevice,
      String constraints,
      boolean required,
      String suffix) {
    Partition partition = SHIPPED.get(profile).partition(Optional.of(name)).orElseThrow();
    assertThat(partition.nodes()).isEqualTo(nodes);
    assertThat(partition.devicesPerNode()).isEqualTo(devices);
    assertThat(partition.device().memoryBytes()).hasValue(memoryGib << 30);
    assertThat(partition.coresPerNode()).hasValue(cores);
    assertThat(partition.coresPerDevice()).hasValue(coresPerDevice);
    assertThat(partition.threadsPerCore()).isEqualTo(2);
    assertThat(String.join(" ", partition.constraints().stream().map(c -> c.name()).toList()))
        .isEqualTo(constraints);
    assertThat(partition.constraintRequired()).isEqualTo(required);
    assertThat(partition.accountSuffix()).contains(suffix);
    assertThat(partition.defaultTime()).contains(Duration.ofMinutes(10));
    assertThat(partition.internet()).isFalse();
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        // profile, name, partitions, hours, GPUs per job, jobs, default, grant
        "jean-zay-v100 | qos_gpu-t3 | gpu_p13 gpu_p2 | 20 | 512 | - | true | false",
        "jean-zay-v100 | qos_gpu-t4 | gpu_p13 gpu_p2 | 100 | 16 | - | false | false",
        "jean-zay-v100 | qos_gpu-dev | gpu_p13 gpu_p2 | 2 | 32 | 10 | false | false",
        "jean-zay-a100 | qos_gpu-t3 | gpu_p5 | 20 | 512 | - | true | false",
        "jean-zay-a100 | qos_gpu-gc | gpu_p5 | 100 | - | - | false | true",
        "jean-zay-a100-later | qos_gpu_a100-t3 | gpu_p5 | 20 | - | - | true | false",
        "jean-zay-a100-later | qos_gpu_a100-dev | gpu_p5 | 2 | - | - | false | false",
        "jean-zay-h100 | qos_gpu_h100-t3 | gpu_p6 | 20 | 512 | 10000 | true | false",
        "jean-zay-h100 | qos_gpu_h100-t4 | gpu_p6 | 100 | 64 | 1000 | false | false",
        "jean-zay-h100 | qos_gpu_h100-dev | gpu_p6 | 2 | 32 | 10 | false | false",
        "jean-zay-h100 | qos_gpu_h100-gc | gpu_p6 | - | - | - | false | true",
        "jean-zay-h100 | qos_gpu_h100-as | gpu_p6 | - | - | - | false | true",
      })
  void jeanZaysQualitiesOfServiceAreAsPublished(
      String profile,
      String name,
      String partitions,
      Long hours,
      Integer gpus,
      Integer jobs,
      boolean isDefault,
      boolean grant) {
    ClusterProfile cluster = SHIPPED.get(profile);
    QualityOfService qos =
        cluster.qos(Optional.of(name), cluster.partitions().get(0)).orElseThrow();
    assertThat(qos)
        .isEqualTo(
            new QualityOfService(
                name,
                List.of(partitions.split(" ")),
                isDefault,
                Optional.ofNullable(hours).map(Duration::ofHours),
                gpus == null ? OptionalInt.empty() : OptionalInt.of(gpus),
                OptionalInt.empty(),
                jobs == null ? OptionalInt.empty() : OptionalInt.of(jobs),
                grant));
  }

  @Test
  void jeanZaysA100NodesAreAsBloomMetThem() {
    ClusterProfile a100 = SHIPPED.get("jean-zay-a100");
    assertThat(a100.qos()).hasSize(2);
    assertThat(a100.partitions()).hasSize(1);
    assertThat(a100.partitions().get(0).maximumTime()).contains(Duration.ofHours(100));
    assertThat(a100.jobRules().hint()).contains("nomultithread");
    assertThat(a100.timings().killWait()).isEqualTo(Duration.ofMinutes(1));
    assertThat(a100.jobRules().unkillableTime()).contains(Duration.ofMinutes(3));
    Space scratch = a100.spaceOf("/gpfsscratch/rech/six/commun/checkpoints").orElseThrow();
    assertThat(scratch).isEqualTo(a100.spaceOf("/gpfsssd/scratch/rech/six").orElseThrow());
    assertThat(scratch.bytes()).hasValue(400L << 40);
    assertThat(scratch.purgeAfter()).contains(Duration.ofDays(30));
    Space work = a100.spaceOf("/gpfswork/rech/six/commun/code").orElseThrow();
    assertThat(work.bytes()).hasValue(25_000_000_000_000L);
    assertThat(work.inodes()).hasValue(500_000);
    Space store = a100.spaceOf("/gpfsdsstore/projects/rech/six").orElseThrow();
    assertThat(store.bytes()).hasValue(100_000_000_000_000L);
    assertThat(store.inodes()).hasValue(100_000);
    // One failure a week on 48 nodes.
    assertThat(a100.reliability().nodeFailuresPerDay().orElseThrow().value() * 48 * 7)
        .isBetween(0.99, 1.01);
    // 1,082,989 hours at 400 W and 57 g/kWh are the 24.69 t of BLOOM's published footprint.
    double watts = a100.partitions().get(0).device().boardWatts().orElseThrow();
    double grams = a100.energy().orElseThrow().carbonGramsPerKwh().value();
    assertThat(1_082_989.4767 * watts / 1000 * grams / 1e6).isBetween(24.68, 24.70);
  }

  @Test
  void theNameOfAShippedProfileIsItsFiles() {
    assertThat(SHIPPED)
        .containsOnlyKeys(
            "jean-zay-a100",
            "jean-zay-a100-later",
            "jean-zay-h100",
            "jean-zay-v100",
            "local",
            "test-cluster")
        .allSatisfy((file, profile) -> assertThat(profile.name()).isEqualTo(file));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name: short | name: long | PROFILE | spec.qos[1].name",
        "coresPerNode: 64 | coresPerNode: 63 | PROFILE | spec.partitions[0].coresPerDevice",
        "constraints: [{name: a100}, {name: a100-40g, deviceMemory: 40GiB}] | constraints: [] |"
            + " PROFILE | spec.partitions[0].constraintRequired",
        "name: short, partitions: [gpu] | name: short, partitions: [gpus] | PROFILE |"
            + " spec.qos[1].partitions[0]",
        "partitions: [gpu], grantNeeded | partitions: [gpu], default | PROFILE |"
            + " spec.qos[1].default",
        "pollInterval: 45s | pollInterval: 39s | PROFILE | spec.timings.pollInterval",
        "runsRoot: /projects | runsRoot: /scratch | PROFILE | spec.runsRoot",
        "runsRoot: /projects | runsRoot: /old/scratch | PROFILE | spec.runsRoot",
        "asOf: 2022-07-28 | asOf: 28-07-2022 | NOT_ALLOWED_TEXT | spec.documented.asOf",
        "value: 57 | value: 0 | OUT_OF_RANGE | spec.energy.carbonGramsPerKwh.value",
        "host: login.site | host: -oProxyCommand | NOT_ALLOWED_TEXT | spec.transport.ssh.host",
        "per: project | per: everybody | NOT_A_CHOICE | spec.spaces[0].per",
      })
  void factsThatContradictEachOtherAreRefused(String good, String bad, String code, String path) {
    assertThat(TEXT).contains(good);
    assertThat(
            SpecBinder.bindCluster("bad.yaml", TEXT.replace(good, bad), SpecTexts.CONTEXT)
                .problemList())
        .extracting(problem -> problem.code() + " " + problem.path())
        .containsExactly(code + " " + path);
  }
}
