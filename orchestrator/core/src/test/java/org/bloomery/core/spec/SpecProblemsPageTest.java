package org.bloomery.core.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpecProblemsPageTest {

  @Test
  void thePageListsEveryCodeWithItsTitleAndNoOther() throws IOException {
    List<String> headings =
        Files.readAllLines(SpecTexts.repositoryFile("docs/spec-problems.md")).stream()
            .filter(line -> line.startsWith("## "))
            .toList();
    assertThat(headings)
        .containsExactlyElementsOf(
            Arrays.stream(SpecCode.values()).map(c -> "## " + c.id() + ": " + c.title()).toList());
  }

  @Test
  void codesAreUnique() {
    assertThat(Arrays.stream(SpecCode.values()).map(SpecCode::id)).doesNotHaveDuplicates();
  }
}
