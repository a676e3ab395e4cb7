package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.RunSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Goal: what is rendered from the shipped spec of BLOOM-176B is the published recipe, word by word.
 * The places where it is not are listed here, each with its reason; one that is not listed is an
 * error, and so is a listed one that is no longer there.
 */
class PublishedRecipeTest {
  private static final String WORK = "/gpfswork/rech/six/commun";
  private static final String SCRATCH = "/gpfsscratch/rech/six/commun";
  private static final String RUN = WORK + "/bloomery/runs/tr11-176b-ml/attempts/0008/";

  /** A word whose value is another one than the published, or that was not used. */
  private record Difference(String rendered, String reason) {}

  private static final Map<String, Map<String, Difference>> DIFFERENCES =
      Map.of(
          "sbatch",
          Map.of(
              "job-name",
              new Difference(
                  "tr11-176b-ml-c0ffee", "by it the control plane knows the jobs of its run"),
              "output",
              new Difference(
                  "job-%j.out", "it lies in the attempt's directory, which names the run"),
              "signal",
              new Difference(
                  "B:USR1@600", "the script makes the trainer save before the time limit"),
              "no-requeue",
              new Difference("", "only the control plane makes attempts"),
              "kill-on-invalid-dep",
              new Difference("yes", "a job that can never start must not stay queued for ever"),
              "export",
              new Difference(
                  "NONE", "what a shell had set when it submitted must not decide a training")),
          "megatron",
          Map.of(
              "--kill-switch-path",
              new Difference(
                  RUN + "kill-switch", "one for each attempt: it must not stop the next one"),
              "--save",
              new Difference(
                  SCRATCH + "/checkpoints/tr11-176b-ml/attempts/0008",
                  "each attempt writes into a directory of its own"),
              "--load",
              new Difference(RUN + "load", "a view of the one checkpoint that was found intact"),
              "--train-weighted-split-paths-path",
              new Difference(RUN + "train-splits.txt", "written for the attempt, not by the job"),
              "--valid-weighted-split-paths-path",
              new Difference(RUN + "valid-splits.txt", "written for the attempt, not by the job"),
              "--deepspeed_config",
              new Difference(RUN + "ds_config.json", "written for the attempt, not by the job"),
              "--tensorboard-dir",
              new Difference(
                  WORK + "/bloomery/tensorboard/tr11-176b-ml",
                  "in the home, whose space is not purged")),
          "deepspeed",
          Map.of(),
          "environment",
          Map.of());

  @ParameterizedTest
  @ValueSource(strings = {"sbatch", "megatron", "deepspeed", "environment"})
  void theRenderedWordsAreThePublishedOnes(String section) {
    SortedMap<String, String> published = published().get(section);
    SortedMap<String, String> rendered = rendered(section);
    Map<String, Difference> differences = DIFFERENCES.get(section);
    SortedSet<String> words = new TreeSet<>(published.keySet());
    words.addAll(rendered.keySet());
    for (String word : words) {
      Optional<String> here = Optional.ofNullable(rendered.get(word));
      Optional<String> there = Optional.ofNullable(published.get(word));
      boolean same =
          here.map(PublishedRecipeTest::plain).equals(there.map(PublishedRecipeTest::plain));
      if (differences.containsKey(word)) {
        assertThat(same).as("%s is listed as a difference, but is none", word).isFalse();
        assertThat(here)
            .as("%s, which differs: %s", word, differences.get(word).reason())
            .hasValue(differences.get(word).rendered());
      } else {
        assertThat(same).as("%s: published %s, rendered %s", word, there, here).isTrue();
      }
    }
    assertThat(words).as("differences that are nowhere").containsAll(differences.keySet());
  }

  /** What was not in the published file, but on the command line of sbatch, is not in ours. */
  @Test
  void arraysAreNotUsed() {
    assertThat(rendered("sbatch")).doesNotContainKeys("array", "dependency", "exclude", "nice");
  }

  @Test
  void thePublishedFileIsRead() {
    assertThat(published().get("sbatch")).hasSize(13);
    assertThat(published().get("megatron")).hasSize(57);
    assertThat(published().get("deepspeed")).hasSize(7);
  }

  private static SortedMap<String, String> rendered(String section) {
    RunSpec spec = ShippedSpecs.bloom("176b.yaml");
    ClusterProfile cluster = ShippedSpecs.clusterOf(spec);
    AttemptPlan plan =
        AttemptPlanner.plan(
            new HomeId("c0ffee"),
            spec.name(),
            spec,
            cluster,
            8,
            Optional.of(new Resume(31_200, 0)));
    AttemptFiles files = new ScriptRenderer(ScriptSamples.templates()).render(plan, spec, cluster);
    return switch (section) {
      case "sbatch" -> directives(files.jobScript());
      case "megatron" -> flags(MegatronArguments.of(plan, spec, cluster));
      case "deepspeed" -> flat(files.deepSpeedConfig());
      case "environment" -> spec.launcher().environment();
      default -> throw new IllegalArgumentException(section);
    };
  }

  private static SortedMap<String, String> directives(String script) {
    SortedMap<String, String> directives = new TreeMap<>();
    Pattern.compile("(?m)^#SBATCH --([a-z-]+)(?:=(.*))?$")
        .matcher(script)
        .results()
        .forEach(line -> directives.put(line.group(1), line.group(2) == null ? "" : line.group(2)));
    long lines = script.lines().filter(line -> line.startsWith("#SBATCH")).count();
    assertThat(directives).hasSize((int) lines);
    return directives;
  }

  private static SortedMap<String, String> flags(List<String> words) {
    SortedMap<String, String> flags = new TreeMap<>();
    for (String line : String.join("\n", words).split("\n(?=--)", -1)) {
      String[] parts = line.split("\n", 2);
      String value = parts.length == 1 ? "" : parts[1].replace('\n', ' ');
      assertThat(flags.put(parts[0], value)).as("%s is there twice", parts[0]).isNull();
    }
    return flags;
  }

  /** JSON is YAML; members of an object become {@code name.member}. */
  private static SortedMap<String, String> flat(String json) {
    SortedMap<String, String> flat = new TreeMap<>();
    Object document = new Load(LoadSettings.builder().build()).loadFromString(json);
    ((Map<?, ?>) document)
        .forEach(
            (name, value) -> {
              if (value instanceof Map<?, ?> members) {
                members.forEach((member, v) -> flat.put(name + "." + member, v.toString()));
              } else {
                flat.put(name.toString(), value.toString());
              }
            });
    return flat;
  }

  private static SortedMap<String, SortedMap<String, String>> published() {
    SortedMap<String, SortedMap<String, String>> sections = new TreeMap<>();
    List<String> lines = new ArrayList<>();
    try (InputStream in =
        PublishedRecipeTest.class.getResourceAsStream("/script/tr11-176B-ml.txt")) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(lines::add);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    String section = "";
    for (String line : lines) {
      if (line.startsWith("[")) {
        section = line.substring(1, line.length() - 1);
        sections.put(section, new TreeMap<>());
      } else if (!line.isEmpty() && !line.startsWith("#")) {
        String[] parts = line.split(" ", 2);
        sections.get(section).put(parts[0], parts.length == 1 ? "" : parts[1]);
      }
    }
    return sections;
  }

  /** Numbers as plain decimals: 9_765_625 is 9765625, and 6e-5 is 0.00006. */
  private static String plain(String value) {
    return List.of(value.split(" ", -1)).stream()
        .map(
            word ->
                word.matches("[0-9][0-9_]*(\\.[0-9]+)?(e-?[0-9]+)?")
                    ? new BigDecimal(word.replace("_", "")).stripTrailingZeros().toPlainString()
                    : word.replace("$WORK", WORK).replace("$SCRATCH", SCRATCH))
        .collect(Collectors.joining(" "));
  }
}
