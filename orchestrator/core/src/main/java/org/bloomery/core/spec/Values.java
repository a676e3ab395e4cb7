package org.bloomery.core.spec;

import java.util.HashMap;
import java.util.Map;

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
}
