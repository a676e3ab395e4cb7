package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.spec.YamlNode.Mark;

/** What a rule across fields asks of a document that may be good only in part. */
record Facts(Binding binding) {

  /** Whether all these fields have good values, so that a rule about them can be judged. */
  boolean has(String... paths) {
    return List.of(paths).stream().allMatch(path -> binding.at(path).isPresent());
  }

  /** A whole number that {@link #has} has answered for. */
  long whole(String path) {
    return value(path, Long.class);
  }

  double decimal(String path) {
    return value(path, Double.class);
  }

  Duration duration(String path) {
    return value(path, Duration.class);
  }

  <T> T value(String path, Class<T> type) {
    return type.cast(binding.at(path).orElseThrow().value());
  }

  /** The text of a field, or the word of a closed choice; nothing if it is absent or not good. */
  Optional<String> word(String path) {
    return binding
        .at(path)
        .map(Binding.Located::value)
        .map(value -> value instanceof SpecWord choice ? choice.word() : (String) value);
  }

  /** How many items a list has, good or not; none if it is absent. */
  int size(String path) {
    return has(path + "[]") ? value(path + "[]", Integer.class) : 0;
  }

  void problem(SpecCode code, String path, String message, String advice) {
    Mark mark =
        Optional.of(path)
            .flatMap(binding::at)
            .map(Binding.Located::mark)
            .orElseGet(binding.problems::start);
    binding.problems.add(code, mark, path, message, advice);
  }
}
