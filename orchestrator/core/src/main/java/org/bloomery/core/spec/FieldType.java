package org.bloomery.core.spec;

import java.util.Optional;

/**
 * What values a field takes. A type is plain data, so that the same declaration reads a value,
 * words its problems, and can be written out as documentation or as a schema for editors.
 */
sealed interface FieldType<T> permits ScalarType, ListOf, MapOf, ObjectOf, PartOf, Maybe {
  /** The value, or nothing after at least one problem has been reported. */
  Optional<T> bind(YamlNode node, Place place);

  /** Calls the one case of this type. */
  <R> R match(Cases<R> cases);

  /** One method per type: whoever writes types out in another form has a form for each. */
  interface Cases<R> {
    R wholeNumber(WholeNumber type);

    R decimal(Decimal type);

    R flag(Flag type);

    R choice(Choice<?> type);

    R timeSpan(TimeSpan type);

    R byteCount(ByteCount type);

    R calendarDay(CalendarDay type);

    R words(Words type);

    R pathText(PathText type);

    R relativePath(RelativePath type);

    R exactly(Exactly type);

    R listOf(ListOf<?> type);

    R mapOf(MapOf<?, ?> type);

    R objectOf(ObjectOf<?> type);

    R partOf(PartOf type);

    R maybe(Maybe<?> type);
  }
}
