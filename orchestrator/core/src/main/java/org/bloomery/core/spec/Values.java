package org.bloomery.core.spec;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The bound values of one object, by their fields; complete when an object is built. */
final class Values {
  private final Map<Field<?>, Object> values = new HashMap<>();

  <T> void put(Field<T> field, T value) {
    values.put(field, value);
  }

  @SuppressWarnings("unchecked") // put() is the only way in, and takes a field's own type
  <T> T get(Field<T> field) {
    Object value = values.get(field);
    if (value == null) {
      throw new IllegalStateException("the field is not declared in its object: " + field.name());
    }
    return (T) value;
  }

  /** A whole number whose type's bounds fit an int. */
  int integer(Field<Long> field) {
    return Math.toIntExact(get(field));
  }

  /** The same of a field that may be absent. */
  OptionalInt optionalInteger(Field<Optional<Long>> field) {
    return get(field).map(n -> OptionalInt.of(Math.toIntExact(n))).orElseGet(OptionalInt::empty);
  }

  OptionalLong optionalLong(Field<Optional<Long>> field) {
    return get(field).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  OptionalDouble optionalDouble(Field<Optional<Double>> field) {
    return get(field).map(OptionalDouble::of).orElseGet(OptionalDouble::empty);
  }
}
