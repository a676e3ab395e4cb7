package org.bloomery.core.spec;

import java.util.Optional;

/** Yes or no, written {@code true} or {@code false} and in no other way. */
record Flag() implements ScalarType<Boolean> {

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.flag(this);
  }

  @Override
  public Optional<Boolean> read(String text, Place place) {
    if (text.equals("true") || text.equals("false")) {
      return Optional.of(text.equals("true"));
    }
    place.problem(
        SpecCode.NOT_A_CHOICE,
        Shown.quoted(text) + " is neither true nor false",
        "Write true or false.");
    return Optional.empty();
  }
}
