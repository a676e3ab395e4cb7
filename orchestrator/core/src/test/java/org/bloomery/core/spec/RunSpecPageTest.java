package org.bloomery.core.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Goal: the page about run specs says what is bound. {@code -Dgolden.update=true} writes it. */
class RunSpecPageTest {
  private static final String INTRODUCTION =
      """
      # Run specs

      A `TrainingRun` in YAML 1.2 declares one training. This page is written from the declarations that
      read it. Numbers may have `_` between digits, durations and sizes have their units (`1h30m`,
      `2.3TiB`), paths are absolute or start with `${BLOOMERY_HOME}` or `${SPEC_DIR}`. Anchors, aliases and
      tags are refused. Every problem has a code: [spec-problems.md](spec-problems.md). For editors, the
      same is in [JSON Schemas](../job-specs/schema).

      **Families.** `include` names files beside this one, whose fields hold where this one says nothing.
      Maps merge key by key; of lists and single values, those of the later file win, and those of this
      file win over all. A file may be in this file's directory, below it, or in a directory beside it;
      `${SPEC_DIR}` is the directory of the file that was named first. `bloomery submit` hands in all of
      it as one text.

      **Revisions.** `spec.revisions` change a run while it goes on. Each is laid over the spec as it was
      before it, holds for attempts that start from a checkpoint of its iteration or a later one, and is
      judged as a whole. What the next attempt could not load is refused: see SPEC-048.
      """;

  @Test
  void thePageIsWrittenFromTheDeclarations() throws IOException {
    Path page = SpecTexts.repositoryFile("docs/spec-problems.md").resolveSibling("run-spec.md");
    String text = FieldPage.of(INTRODUCTION, RunSchema.DOCUMENT);
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(page, text);
    }
    assertThat(page).hasContent(text);
  }
}
