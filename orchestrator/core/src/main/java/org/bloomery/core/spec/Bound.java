package org.bloomery.core.spec;

import java.util.List;

/** The outcome of reading a spec: either a value for which all rules hold, or all its problems. */
public sealed interface Bound<T> {

  /** The spec is good. */
  record Value<T>(T value) implements Bound<T> {}

  /** The spec is not good; the problems are sorted by position and are never none. */
  record Problems<T>(List<SpecProblem> problems) implements Bound<T> {
    public Problems {
      problems = List.copyOf(problems);
      if (problems.isEmpty()) {
        throw new IllegalArgumentException("a spec without problems has a value");
      }
    }
  }

  /** The problems, none if there is a value. */
  default List<SpecProblem> problemList() {
    return this instanceof Problems<T> bad ? bad.problems() : List.of();
  }
}
