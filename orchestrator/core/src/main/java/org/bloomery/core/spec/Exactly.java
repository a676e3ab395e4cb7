package org.bloomery.core.spec;

import java.util.Optional;

/** The one text that a field may have, such as the document's kind. */
record Exactly(String word, SpecCode otherwise) implements ScalarType<String> {

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.exactly(this);
  }

  @Override
  public Optional<String> read(String text, Place place) {
    if (text.equals(word)) {
      return Optional.of(text);
    }
    place.problem(otherwise, Shown.quoted(text) + " is not known here", "Write " + word + ".");
    return Optional.empty();
  }
}
