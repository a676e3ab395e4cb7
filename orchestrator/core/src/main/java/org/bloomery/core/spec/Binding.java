package org.bloomery.core.spec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.bloomery.core.spec.YamlNode.Mark;

/** One reading of one document: its problems, and each value that was good, by its path. */
final class Binding {
  /** A good value and where it stands. */
  record Located(Object value, Mark mark) {}

  final ProblemList problems;
  final BindContext context;
  private final Map<String, Located> values = new HashMap<>();

  Binding(ProblemList problems, BindContext context) {
    this.problems = problems;
    this.context = context;
  }

  /** Keeps a good value; an optional field counts only if it is there. */
  void remember(String path, Object value, Mark mark) {
    if (value instanceof Optional<?> optional) {
      optional.ifPresent(present -> values.put(path, new Located(present, mark)));
    } else {
      values.put(path, new Located(value, mark));
    }
  }

  /** Keeps how many items a list has, good or not. */
  void rememberSize(String path, int size, Mark mark) {
    values.put(path + "[]", new Located(size, mark));
  }

  /** Paths of such values that are others than in an earlier reading, or were not there, sorted. */
  List<String> changedSince(Binding before, Predicate<Object> such) {
    return values.entrySet().stream()
        .filter(entry -> such.test(entry.getValue().value()))
        .filter(entry -> !before.has(entry.getKey(), entry.getValue().value()))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  private boolean has(String path, Object value) {
    return values.containsKey(path) && values.get(path).value().equals(value);
  }

  /** The paths right below a map with the user's own keys, sorted. */
  List<String> below(String path) {
    return values.keySet().stream().filter(key -> key.startsWith(path + ".")).sorted().toList();
  }

  /** The value at a path, unless it is absent or had a problem. */
  Optional<Located> at(String path) {
    return Optional.ofNullable(values.get(path));
  }
}
