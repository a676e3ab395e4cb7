package org.bloomery.core.spec;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bloomery.core.spec.YamlNode.Mark;

/** Collects the problems of a document, which may stand in several files, while it is read. */
final class ProblemList {
  /** More than anybody reads; a hostile file must not make a list of a hundred thousand. */
  static final int PROBLEMS_MAX = 200;

  private final String file;
  private final List<SpecProblem> problems = new ArrayList<>();

  /** For a document that starts in this file. */
  ProblemList(String file) {
    this.file = file;
  }

  Mark start() {
    return Mark.startOf(file);
  }

  void add(SpecCode code, Mark mark, String path, String message, String advice) {
    add(new SpecProblem(code, mark.file(), mark.line(), mark.column(), path, message, advice));
  }

  void add(SpecProblem problem) {
    if (problems.size() < PROBLEMS_MAX) {
      problems.add(problem);
    }
  }

  boolean hasErrors() {
    return problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
  }

  /** By position; those of the file that was named come before those of what it includes. */
  List<SpecProblem> sorted() {
    return problems.stream()
        .sorted(
            Comparator.comparing((SpecProblem problem) -> !problem.file().equals(file))
                .thenComparing(SpecProblem::file)
                .thenComparing(SpecProblem.BY_POSITION))
        .toList();
  }
}
