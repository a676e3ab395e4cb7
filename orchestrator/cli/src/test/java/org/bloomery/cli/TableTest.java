package org.bloomery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Goal: tables fit a screen, and a story is told to its end. */
class TableTest {
  private static final String SENTENCE = "attempt 2 starts from a checkpoint, ".repeat(5) + "so.";

  @Test
  void theLastColumnGivesWayToTheScreen() {
    assertThat(Table.of("", "RUN", "WHY").row("bloom-nano", SENTENCE).toString().lines().skip(1))
        .singleElement()
        .matches(line -> line.length() == Table.WIDTH && line.endsWith("..."));
  }

  @Test
  void aWholeColumnIsNotCut() {
    assertThat(Table.of("", "RUN", "WHY").whole().row("bloom-nano", SENTENCE).toString())
        .endsWith("bloom-nano  " + SENTENCE + "\n");
  }
}
