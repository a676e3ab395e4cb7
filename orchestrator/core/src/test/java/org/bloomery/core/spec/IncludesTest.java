package org.bloomery.core.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bloomery.core.spec.SpecTexts.small;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: what a family of specs has in common stands once, and a mistake in it is found there. */
class IncludesTest {
  private final Map<String, String> files = new TreeMap<>();

  private Bound<RunSpec> bind(String text) {
    return SpecBinder.bindRun("specs/run.yaml", text, context());
  }

  private BindContext context() {
    return new BindContext("/home/ada/.bloomery", "/specs/small", this::read);
  }

  private IncludedFiles.Content read(String path) {
    return files.containsKey(path)
        ? new IncludedFiles.Text(files.get(path))
        : new IncludedFiles.Unreadable("there is no such file");
  }

  private List<String> problems(String text) {
    return bind(text).problemList().stream()
        .map(p -> p.file() + ":" + p.line() + ":" + p.column() + " " + p.code().id())
        .toList();
  }

  /** The whole of it in two files: what stands in both comes from the one that includes. */
  private static String over(String common) {
    return "include: [" + common + "]\n";
  }

  @Test
  void aFileWinsOverWhatItIncludesAndLaterFilesOverEarlierOnes() {
    files.put("common.yaml", small());
    files.put(
        "larger.yaml",
        """
        spec:
          resources: {nodes: 3, gpusPerNode: 1}
          launcher:
            environment: {OMP_NUM_THREADS: "4", HF_HUB_OFFLINE: "1"}
        """);
    Bound<RunSpec> bound =
        bind(
            """
            include: [common.yaml, larger.yaml]
            metadata: {name: large}
            spec:
              resources: {nodes: 2}
              launcher: {extraArguments: [--log-params-norm]}
            """);
    assertThat(bound.problemList()).isEmpty();
    RunSpec run = ((Bound.Value<RunSpec>) bound).value();
    assertThat(run.name().value()).isEqualTo("large");
    assertThat(run.account()).as("from the first file").isEqualTo("six@a100");
    assertThat(run.resources().nodes()).as("from the file itself").isEqualTo(2);
    assertThat(run.resources().gpusPerNode()).as("from the later file").isEqualTo(1);
    assertThat(run.resources().exclude()).as("from the earlier file").hasSize(2);
    Map<String, String> environment = new LinkedHashMap<>(run.launcher().environment());
    assertThat(environment)
        .containsEntry("OMP_NUM_THREADS", "4")
        .containsEntry("HF_HUB_OFFLINE", "1")
        .containsEntry("GLOO_SOCKET_IFNAME", "lo");
    assertThat(run.launcher().extraArguments())
        .as("lists are not merged")
        .containsExactly("--log-params-norm");
  }

  @Test
  void aMistakeIsFoundInTheFileWhereItStands() {
    files.put("common.yaml", small().replace("attentionHeads: 8", "attentionHeads: 7"));
    files.put("../site/policy.yaml", "spec:\n  restart: {maximumFailure: 3}\n");
    String text =
        """
        include: [common.yaml, ../site/policy.yaml]
        spec:
          batch: {global: 20}
        """;
    assertThat(problems(text))
        .containsExactly(
            "specs/run.yaml:3:19 SPEC-036",
            "site/policy.yaml:2:13 SPEC-010",
            "specs/common.yaml:26:21 SPEC-030",
            // An increment of 8 does not lead to the batch that the first file sets.
            "specs/common.yaml:35:63 SPEC-037");
  }

  @Test
  void filesIncludeFilesRelativeToThemselves() {
    files.put("../family/all.yaml", "include: [parts/model.yaml, ../site/data.yaml]\n");
    files.put("../family/parts/model.yaml", small());
    files.put("../site/data.yaml", "spec: {resources: {nodes: 0}}\n");
    assertThat(problems(over("../family/all.yaml")))
        .containsExactly("site/data.yaml:1:27 SPEC-012");
  }

  @ParameterizedTest
  @CsvSource({
    "/etc/passwd, SPEC-045",
    "../../x.yaml, SPEC-045",
    "a/../../x.yaml, SPEC-045",
    "'\"$(id).yaml\"', SPEC-045",
    "'\"\"', SPEC-045",
    "., SPEC-045",
    ".hidden.yaml, SPEC-045",
    "missing.yaml, SPEC-044",
    "run.yaml, SPEC-046",
    "loop.yaml, SPEC-046",
    "up.yaml, SPEC-045",
    "words.yaml, SPEC-013",
    "tabs.yaml, SPEC-003",
    "empty.yaml, SPEC-004",
    "cluster.yaml, SPEC-024",
    "large.yaml, SPEC-001",
  })
  void whatCannotBeIncludedIsOneProblem(String path, String code) {
    files.put("loop.yaml", over("loop2.yaml"));
    files.put("loop2.yaml", over("loop.yaml"));
    files.put("up.yaml", over("../a/b.yaml"));
    files.put("../a/b.yaml", over("../../c.yaml"));
    files.put("words.yaml", "just words\n");
    files.put("tabs.yaml", "a:\n\tb: c\n");
    files.put("empty.yaml", "# nothing\n");
    files.put("cluster.yaml", "kind: ClusterProfile\n");
    files.put("large.yaml", "x: " + "y".repeat(SourceText.BYTES_MAX));
    assertThat(bind(over(path)).problemList())
        .singleElement()
        .satisfies(problem -> assertThat(problem.code().id()).isEqualTo(code));
  }

  @Test
  void includesHaveLimits() {
    for (int i = 1; i <= Includes.DEPTH_MAX + 1; i++) {
      files.put("deep" + i + ".yaml", over("deep" + (i + 1) + ".yaml"));
    }
    files.put("deep9.yaml", small());
    files.put("deep8.yaml", small());
    assertThat(problems(over("deep1.yaml"))).isEmpty();
    files.put("deep8.yaml", over("deep9.yaml"));
    assertThat(problems(over("deep1.yaml"))).containsExactly("specs/deep8.yaml:1:11 SPEC-047");

    files.put("half.yaml", "x: " + "y".repeat(SourceText.BYTES_MAX / 2) + "\n");
    files.put("other.yaml", "x: " + "z".repeat(SourceText.BYTES_MAX / 2) + "\n");
    assertThat(problems(over("half.yaml, other.yaml")))
        .containsExactly("specs/run.yaml:1:22 SPEC-047");
  }

  /** Files that include two others twice each, in many levels: each is read once. */
  @Test
  void aFileThatIsIncludedOverManyWaysIsReadOnce() {
    for (int i = 1; i < Includes.DEPTH_MAX; i++) {
      String next = "wide" + (i + 1) + ".yaml";
      files.put(
          "wide" + i + ".yaml", over(String.join(", ", java.util.Collections.nCopies(32, next))));
    }
    files.put("wide8.yaml", small());
    assertThat(problems(over("wide1.yaml"))).isEmpty();
  }

  @Test
  void aTextThatHasToStandForItselfIncludesNothing() {
    assertThat(SpecTexts.problems(over("common.yaml")))
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.text())
                    .isEqualTo(
                        "run.yaml:1:11 SPEC-044 include[0]: common.yaml cannot be included: this"
                            + " text has to stand for itself. Check the path and its"
                            + " permissions."));
  }

  @Test
  void oneTextSaysTheSameAsAllFiles() {
    files.put("common.yaml", small());
    String text =
        """
        include: [common.yaml]
        metadata: {name: other, labels: {note: "ключ да", team: ~}}
        spec:
          data: {mixture: [{name: fr, weight: 1, path: /data/fr, languages: []}]}
        """
            .replace("team: ~", "team: \"null\"");
    String whole = selfContained(text);
    assertThat(whole).doesNotContain("include:");
    assertThat(SpecBinder.bindRun("x", whole, SpecTexts.CONTEXT)).isEqualTo(bind(text));
    assertThat(bind(text)).isInstanceOf(Bound.Value.class);
    assertThat(selfContained(whole)).as("nothing is left to put together").isEqualTo(whole);
    assertThat(selfContained(small())).as("comments stay").isEqualTo(small());
  }

  private String selfContained(String text) {
    Bound<String> bound =
        SpecBinder.selfContained(
            "specs/run.yaml", text.getBytes(StandardCharsets.UTF_8), context());
    return ((Bound.Value<String>) bound).value();
  }

  @Test
  void whatGrowsTooLargeByBeingPutTogetherIsRefused() {
    StringBuilder languages = new StringBuilder("spec:\n data:\n  mixture:\n");
    for (int i = 0; i < 900; i++) {
      languages.append("  - {name: d").append(i).append(", weight: 1, path: /d, languages: [");
      languages.append("a,".repeat(100)).append("]}\n");
    }
    files.put("common.yaml", small());
    files.put("much.yaml", languages.toString());
    Bound<String> bound =
        SpecBinder.selfContained(
            "run.yaml", over("common.yaml, much.yaml").getBytes(StandardCharsets.UTF_8), context());
    assertThat(bound.problemList()).isNotEmpty();
  }
}
