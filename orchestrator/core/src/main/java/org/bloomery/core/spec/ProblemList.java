package org.bloomery.core.spec;

import java.util.ArrayList;
import java.util.List;
import org.bloomery.core.spec.YamlNode.Mark;

/** Collects the problems of one file while it is read. */
final class ProblemList {
  /** More than anybody reads; a hostile file must not make a list of a hundred thousand. */
  static final int PROBLEMS_MAX = 200;

  private final String file;
  private final List<SpecProblem> problems = new ArrayList<>();

  ProblemList(String file) {
    this.file = file;
  }

  void add(SpecCode code, Mark mark, String path, String message, String advice) {
    if (problems.size() < PROBLEMS_MAX) {
      problems.add(new SpecProblem(code, file, mark.line(), mark.column(), path, message, advice));
    }
  }

  boolean hasErrors() {
    return problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
  }

  List<SpecProblem> sorted() {
    return problems.stream().sorted(SpecProblem.BY_POSITION).toList();
  }
}
