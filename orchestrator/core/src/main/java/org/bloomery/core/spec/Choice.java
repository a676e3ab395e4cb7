package org.bloomery.core.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bloomery.core.observe.EndCause;

/**
 * One of a few words.
 *
 * @param words in the order in which they are listed to people
 */
record Choice<T>(Map<String, T> words) implements ScalarType<T> {

  static <E extends Enum<E> & SpecWord> Choice<E> of(Class<E> type) {
    Map<String, E> words = new LinkedHashMap<>();
    for (E constant : type.getEnumConstants()) {
      words.put(constant.word(), constant);
    }
    return new Choice<>(words);
  }

  /** A word that stands for itself. */
  static Choice<String> among(List<String> allowed) {
    Map<String, String> words = new LinkedHashMap<>();
    allowed.forEach(word -> words.put(word, word));
    return new Choice<>(words);
  }

  /** The causes of an attempt's end: {@code node-failure} and so on. */
  static Choice<EndCause> ofCauses() {
    Map<String, EndCause> words = new LinkedHashMap<>();
    for (EndCause cause : EndCause.values()) {
      words.put(cause.name().toLowerCase(Locale.ROOT).replace('_', '-'), cause);
    }
    return new Choice<>(words);
  }

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.choice(this);
  }

  @Override
  public Optional<T> read(String text, Place place) {
    T value = words.get(text);
    if (value == null) {
      List<String> known = new ArrayList<>(words.keySet());
      place.problem(
          SpecCode.NOT_A_CHOICE,
          Shown.quoted(text) + " is none of the choices",
          Nearest.question(text, known) + "Choose from: " + String.join(", ", known) + ".");
    }
    return Optional.ofNullable(value);
  }
}
