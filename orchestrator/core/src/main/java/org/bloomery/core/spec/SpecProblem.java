package org.bloomery.core.spec;

import java.util.Comparator;

/**
 * One thing wrong with a spec: what, where, and what to do next.
 *
 * @param line from 1
 * @param column from 1, in characters
 * @param path the field, such as {@code spec.resources.nodes}; empty for the file as a whole
 * @param message what is wrong, without a full stop
 * @param advice what to do, a sentence; may be empty
 */
public record SpecProblem(
    SpecCode code, String file, int line, int column, String path, String message, String advice) {

  /** The order in which people read a file. */
  public static final Comparator<SpecProblem> BY_POSITION =
      Comparator.comparingInt(SpecProblem::line)
          .thenComparingInt(SpecProblem::column)
          .thenComparing(SpecProblem::code)
          .thenComparing(SpecProblem::path)
          .thenComparing(SpecProblem::message);

  /** One line for people: {@code bloom.yaml:14:10 SPEC-012 spec.resources.nodes: what. Advice.} */
  public String text() {
    String where = path.isEmpty() ? "" : path + ": ";
    String next = advice.isEmpty() ? "" : " " + advice;
    return file + ":" + line + ":" + column + " " + code.id() + " " + where + message + "." + next;
  }
}
