package org.bloomery.controlplane.slurm;

import java.util.List;
import java.util.function.Function;

/** What a query has shown: all its rows, or nothing that could be trusted. */
sealed interface Report<R> {

  /** The whole answer; having no row means that there is nothing. */
  record Rows<R>(List<R> rows) implements Report<R> {
    public Rows {
      rows = List.copyOf(rows);
    }
  }

  /** No answer, or a damaged one: nothing may follow from it. */
  record Unclear<R>(String why) implements Report<R> {}

  /** What a command's words mean, if it said anything. */
  static <R> Report<R> of(Answer answer, Function<Answer.Ended, Report<R>> reading) {
    if (answer instanceof Answer.Lost lost) {
      return new Unclear<>(lost.why());
    }
    if (answer instanceof Answer.NeverRan never) {
      return new Unclear<>(never.why());
    }
    return reading.apply((Answer.Ended) answer);
  }
}
