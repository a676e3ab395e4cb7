package org.bloomery.core.spec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Whatever a spec holds, reading it ends with a value or with problems, each at a place that the
 * file has, and within the limits that we set.
 */
class SpecFuzzTest {

  @Test
  void randomSpecsEndWithAValueOrWithProblemsThatHaveAPlace() {
    Set<SpecCode> met = new HashSet<>();
    int values = 0;
    for (int seed = 0; seed < 3000; seed++) {
      int wildness = seed % 3 == 0 ? 10 : seed % 3;
      String text = new RandomSpec(seed, wildness).next(RunSchema.DOCUMENT);
      Bound<RunSpec> bound = SpecTexts.bind(text);
      values += bound instanceof Bound.Value ? 1 : 0;
      for (SpecProblem problem : bound.problemList()) {
        met.add(problem.code());
        assertThat(problem.line()).as("seed %d: %s", seed, problem.text()).isBetween(1, 2);
        assertThat(problem.column()).as("seed %d", seed).isBetween(1, text.length() + 1);
        assertThat(problem.text().chars().noneMatch(Character::isISOControl)).isTrue();
      }
      assertThat(bound.problemList()).hasSizeLessThanOrEqualTo(ProblemList.PROBLEMS_MAX);
    }
    // Without these the generator would only ever meet the first gate.
    assertThat(met)
        .hasSizeGreaterThan(35)
        .contains(
            SpecCode.SYNTAX,
            SpecCode.ANCHOR_OR_ALIAS,
            SpecCode.BATCH_DOES_NOT_DIVIDE,
            SpecCode.REVISION,
            SpecCode.RESERVED_NAME,
            SpecCode.CURRICULUM);
    assertThat(values).as("no random numbers fit together").isLessThan(30);
  }

  @Test
  void randomProfilesAndAllocationsEndLikewise() {
    for (int seed = 0; seed < 1000; seed++) {
      RandomSpec random = new RandomSpec(seed, seed % 10);
      assertThat(
              SpecBinder.bindCluster("c", random.next(ClusterSchema.DOCUMENT), SpecTexts.CONTEXT))
          .isNotNull();
      byte[] allocation = random.next(AllocationSchema.DOCUMENT).getBytes(UTF_8);
      assertThat(SpecBinder.bindAllocation("a", allocation, SpecTexts.CONTEXT)).isNotNull();
    }
  }

  /** Files that include each other in any way, whole, broken, or not there. */
  @Test
  void randomFamiliesEndWithAValueOrWithProblems() {
    int read = 0;
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      List<String> names = List.of("a.yaml", "../b/c.yaml", "d/e.yaml", "f.yaml", "../b/g.yaml");
      Map<String, String> files = new HashMap<>();
      for (String name : names.subList(0, 1 + random.nextInt(names.size()))) {
        files.put(name, includes(random, names) + "\nspec: {batch: {micro: 4}}\n");
      }
      BindContext context =
          new BindContext(
              "/home/ada/.bloomery",
              "/specs",
              path ->
                  files.containsKey(path)
                      ? new IncludedFiles.Text(files.get(path))
                      : new IncludedFiles.Unreadable("no such file"));
      byte[] text = (includes(random, names) + "\n" + SpecTexts.small()).getBytes(UTF_8);
      Bound<String> bound = SpecBinder.selfContained("run.yaml", text, context);
      read += bound instanceof Bound.Value ? 1 : 0;
      assertThat(bound.problemList().stream().map(SpecProblem::code))
          .isSubsetOf(
              SpecCode.INCLUDE_CYCLE,
              SpecCode.INCLUDE_LIMIT,
              SpecCode.INCLUDE_PATH,
              SpecCode.INCLUDE_UNREADABLE);
    }
    assertThat(read).isBetween(50, 450);
  }

  private static String includes(Random random, List<String> names) {
    String list =
        IntStream.range(0, random.nextInt(3))
            .mapToObj(i -> names.get(random.nextInt(names.size())))
            .collect(Collectors.joining(", "));
    return "include: [" + list + "]";
  }

  @Test
  void bombsDoNotGoOff() {
    List<String> bombs = new ArrayList<>();
    bombs.add("a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nd: [*c,*c,*c]\n");
    bombs.add("{".repeat(200_000));
    bombs.add("? ".repeat(100_000));
    bombs.add("a: ".repeat(80_000));
    bombs.add("\"".repeat(250_000));
    bombs.add("x: \"" + "\\u0041".repeat(40_000) + "\"\n");
    bombs.add("#".repeat(260_000));
    bombs.add("- - - ".repeat(40_000));
    bombs.add("x".repeat(200_000) + ": y\n");
    bombs.add("!<" + "x".repeat(200_000) + "> y\n");
    bombs.add("&" + "x".repeat(200_000) + " y\n");
    bombs.add("x: |\n" + " \n".repeat(100_000));
    bombs.add("\n".repeat(262_000));
    bombs.add(SpecTexts.small().replace("[40]", "[" + "1,".repeat(9000) + "1]"));
    for (String bomb : bombs) {
      assertThat(SpecTexts.problems(bomb)).isNotEmpty();
    }
  }

  /** As many revisions of as many datasets as a file may hold: still one pass for each. */
  @Test
  void theLargestSpecIsRead() {
    StringBuilder parts = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      parts.append("      - {name: d").append(i).append(", weight: .001, path: /data/d");
      parts.append(i).append("}\n");
    }
    StringBuilder text =
        new StringBuilder(
            SpecTexts.small()
                .replaceAll(
                    "(?s)    mixture:\n.*?    split:", "    mixture:\n" + parts + "    split:")
                .replaceAll("(?s)  revisions:.*", "  revisions:\n"));
    for (int i = 1; i <= 100; i++) {
      text.append("    - {fromIteration: ")
          .append(i)
          .append(", reason: r, set: {training: {seed: ");
      text.append(i).append("}}}\n");
    }
    RunSpec run = SpecTexts.value(text.toString());
    assertThat(run.revisions()).hasSize(100);
    assertThat(run.at(100).training().seed()).isEqualTo(100);
    assertThat(run.at(100).data().mixture()).hasSize(1000);
  }
}
