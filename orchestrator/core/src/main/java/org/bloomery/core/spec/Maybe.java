package org.bloomery.core.spec;

import java.util.Optional;

/** A value of a field that may be absent. */
record Maybe<T>(FieldType<T> present) implements FieldType<Optional<T>> {

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.maybe(this);
  }

  @Override
  public Optional<Optional<T>> bind(YamlNode node, Place place) {
    Optional<T> value = present.bind(node, place);
    return value.isPresent() ? Optional.of(value) : Optional.empty();
  }
}
