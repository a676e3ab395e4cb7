package org.bloomery.core.spec;

import java.util.Optional;

/**
 * What values a field takes. A type is plain data, so that the same declaration reads a value,
 * words its problems, and can be written out as documentation or as a schema for editors.
 */
sealed interface FieldType<T> permits ScalarType, ListOf, MapOf, ObjectOf, PartOf, Maybe {
  /** The value, or nothing after at least one problem has been reported. */
  Optional<T> bind(YamlNode node, Place place);
}
