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

  /** The same problem of a field that stands elsewhere: below another path than {@code from}. */
  SpecProblem movedTo(String to, String from) {
    return new SpecProblem(
        code, file, line, column, to + path.substring(from.length()), message, advice);
  }

  /** The same problem, which holds only under a condition. */
  SpecProblem saidOf(String condition) {
    return new SpecProblem(code, file, line, column, path, condition + ", " + message, advice);
  }

  /** Whether the spec is refused because of it. */
  public Severity severity() {
    return code.severity();
  }

  /**
   * One line for people: {@code bloom.yaml:14:10 SPEC-012 spec.resources.nodes: what. Advice.}; a
   * warning says so before its code.
   */
  public String text() {
    String kind = severity() == Severity.WARNING ? "warning " : "";
    String where = path.isEmpty() ? "" : path + ": ";
    String next = advice.isEmpty() ? "" : " " + advice;
    return file + ":" + line + ":" + column + " " + kind + code.id() + " " + where + message + "."
        + next;
  }
}
