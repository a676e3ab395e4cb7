package org.bloomery.core.spec;

import java.util.List;

/** The outcome of reading a spec: either a value for which all rules hold, or all its problems. */
public sealed interface Bound<T> {

  /** The spec is good; the warnings are sorted by position. */
  record Value<T>(T value, List<SpecProblem> warnings) implements Bound<T> {
    public Value {
      warnings = List.copyOf(warnings);
    }
  }

  /** The spec is not good; the problems, warnings among them, are sorted by position. */
  record Problems<T>(List<SpecProblem> problems) implements Bound<T> {
    public Problems {
      problems = List.copyOf(problems);
      if (problems.stream().allMatch(problem -> problem.severity() == Severity.WARNING)) {
        throw new IllegalArgumentException("a spec without errors has a value");
      }
    }
  }

  /** All problems; those of a value are warnings. */
  default List<SpecProblem> problemList() {
    return this instanceof Problems<T> bad ? bad.problems() : ((Value<T>) this).warnings();
  }
}
