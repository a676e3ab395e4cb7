package org.bloomery.core.spec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.bloomery.core.spec.SpecTexts.problems;
import static org.bloomery.core.spec.SpecTexts.small;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a file holds, reading it ends with a value or with problems, never with an exception.
 */
class YamlTrapsTest {

  static Stream<Arguments> files() {
    return Stream.of(
        Arguments.of("", SpecCode.EMPTY),
        Arguments.of("# only a comment\n", SpecCode.EMPTY),
        Arguments.of("---\n", SpecCode.EMPTY),
        Arguments.of("---\n...\n", SpecCode.EMPTY),
        Arguments.of(small() + "---\na: b\n", SpecCode.SEVERAL_DOCUMENTS),
        Arguments.of("a:\n\tb: c\n", SpecCode.SYNTAX),
        Arguments.of("a: [b\n", SpecCode.SYNTAX),
        Arguments.of("a: 'b\n", SpecCode.SYNTAX),
        Arguments.of("[".repeat(5000), SpecCode.TOO_DEEP),
        Arguments.of("a: ".repeat(1) + "{a: ".repeat(5000), SpecCode.TOO_DEEP),
        Arguments.of("- ".repeat(5000) + "x", SpecCode.TOO_DEEP),
        Arguments.of("x: [" + "1,".repeat(30_000) + "]", SpecCode.TOO_DEEP),
        Arguments.of("x: " + "y".repeat(SourceText.BYTES_MAX), SpecCode.TOO_LARGE),
        Arguments.of("x: \u0007", SpecCode.BAD_CHARACTERS),
        Arguments.of("x: \u202e", SpecCode.BAD_CHARACTERS),
        Arguments.of("x: \u2028y", SpecCode.BAD_CHARACTERS),
        Arguments.of("x: \ud800y", SpecCode.BAD_CHARACTERS),
        Arguments.of(small() + "x: &a b\n", SpecCode.ANCHOR_OR_ALIAS),
        Arguments.of(small().replace("nodes: 1", "nodes: *a"), SpecCode.ANCHOR_OR_ALIAS),
        Arguments.of(small().replace("nodes: 1", "nodes: !!int 1"), SpecCode.TAG),
        Arguments.of(small().replace("nodes: 1", "nodes: ! 1"), SpecCode.TAG),
        Arguments.of("%YAML 1.1\n---\n" + small(), SpecCode.TAG),
        Arguments.of(small().replace("nodes: 1", "nodes: 1\n    nodes: 2"), SpecCode.DUPLICATE_KEY),
        Arguments.of("? [a, b]\n: c\n", SpecCode.WRONG_KIND),
        Arguments.of("just a word", SpecCode.WRONG_KIND),
        Arguments.of("[]", SpecCode.WRONG_KIND),
        Arguments.of(small().replace("nodes: 1", "nodes: [1]"), SpecCode.WRONG_KIND),
        Arguments.of(
            small().replace("[--wait=60, --kill-on-bad-exit=1]", "module"), SpecCode.WRONG_KIND),
        Arguments.of(small().replace("nodes: 1", "nodes:"), SpecCode.NO_VALUE),
        Arguments.of(small().replace("nodes: 1", "nodes: ~"), SpecCode.NO_VALUE),
        Arguments.of("kind: Allocation\n", SpecCode.WRONG_DOCUMENT),
        Arguments.of("kind: ClusterProfile\n", SpecCode.WRONG_DOCUMENT),
        Arguments.of("kind: TrainingRum\n", SpecCode.WRONG_DOCUMENT),
        Arguments.of(small().replace("bloomery/v1", "bloomery/v2"), SpecCode.UNKNOWN_API_VERSION));
  }

  @ParameterizedTest
  @MethodSource("files")
  void aBadFileHasAProblemOfItsKind(String text, SpecCode code) {
    assertThat(problems(text)).extracting(SpecProblem::code).contains(code);
  }

  @Test
  void bytesThatAreNotUtf8ArePointedAt() {
    byte[] bytes =
        (small() + "# caf\u00e9\n").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    List<SpecProblem> found =
        SpecBinder.bindRun("run.yaml", bytes, SpecTexts.CONTEXT, List.of()).problemList();
    assertThat(found)
        .singleElement()
        .extracting(SpecProblem::code)
        .isEqualTo(SpecCode.BAD_CHARACTERS);
  }

  @Test
  void aByteOrderMarkAndWindowsLineEndsDoNoHarm() {
    assertThat(problems("\uFEFF" + small().replace("\n", "\r\n"))).isEmpty();
    assertThat(problems("\uFEFF" + small().replace("nodes: 1", "nodes: 0").replace("\n", "\r\n")))
        .singleElement()
        .satisfies(p -> assertThat(p.line() + ":" + p.column()).isEqualTo("8:12"));
  }

  /** The YAML library once threw where a surrogate pair lay across the pieces that it reads. */
  @Test
  void anEmojiMayStandAnywhere() {
    for (int before = 1000; before < 1060; before++) {
      String text = "# " + "x".repeat(before) + "\uD83C\uDF38\n" + small();
      assertThat(problems(text)).as("%d", before).isEmpty();
    }
  }

  @Test
  void valuesAreReadByOurTypesAndNotByYamls() {
    assertThat(SpecTexts.value(small().replace("{team: quickstart", "{team: NO")).labels())
        .containsEntry("team", "NO");
    assertThat(SpecTexts.value(small().replace("{team: quickstart", "{team: 0123")).labels())
        .containsEntry("team", "0123");
    assertThat(SpecTexts.value(small().replace("{team: quickstart", "{team: 1.10")).labels())
        .containsEntry("team", "1.10");
  }

  @Test
  void manyProblemsAreCut() {
    assertThat(problems("x: 1\n".repeat(5000))).hasSize(ProblemList.PROBLEMS_MAX);
  }

  /** Seeded random damage to a good file: bytes changed, cut out, doubled, swapped with others. */
  @Test
  void noDamageMakesTheReaderThrow() {
    byte[] good = small().getBytes(UTF_8);
    int values = 0;
    for (int seed = 0; seed < 4000; seed++) {
      Random random = new Random(seed);
      byte[] bytes = good;
      for (int i = 0; i <= random.nextInt(4); i++) {
        bytes = damaged(bytes, random);
      }
      Bound<RunSpec> bound = SpecBinder.bindRun("run.yaml", bytes, SpecTexts.CONTEXT, List.of());
      values += bound instanceof Bound.Value ? 1 : 0;
      List<SpecProblem> found = new ArrayList<>(bound.problemList());
      assertThat(found).as("seed %d", seed).isSortedAccordingTo(SpecProblem.BY_POSITION);
    }
    // No cluster is known here, so that not even an undamaged file has a value.
    assertThat(values).isZero();
  }

  private static byte[] damaged(byte[] bytes, Random random) {
    if (bytes.length == 0) {
      return bytes;
    }
    int at = random.nextInt(bytes.length);
    int to = Math.min(bytes.length, at + 1 + random.nextInt(40));
    byte[] result = bytes.clone();
    switch (random.nextInt(5)) {
      case 0 -> result[at] = (byte) random.nextInt(256);
      case 1 ->
          result[at] = (byte) "\n\t :-#[]{}&*!|>'\"%@`,?\\~\0\u007f".charAt(random.nextInt(26));
      case 2 ->
          result = join(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, to, bytes.length));
      case 3 ->
          result = join(Arrays.copyOf(bytes, to), Arrays.copyOfRange(bytes, at, bytes.length));
      default -> result = Arrays.copyOf(bytes, Math.max(1, at));
    }
    return result;
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] result = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, result, first.length, second.length);
    return result;
  }
}
