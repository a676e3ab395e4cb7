package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;

/**
 * One field of a part of a document, declared once: its name, its type with limits, what it means.
 * It is also the key by which the bound value is taken out of {@link Values}.
 */
final class Field<T> {
  private final String name;
  private final FieldType<T> type;
  private final Absent<T> absent;
  private final String doc;

  private Field(String name, FieldType<T> type, Absent<T> absent, String doc) {
    this.name = name;
    this.type = type;
    this.absent = absent;
    this.doc = doc;
  }

  /** What follows when a file does not have the field. */
  sealed interface Absent<T> {
    /** A problem. */
    record Refused<T>() implements Absent<T> {}

    /** This value. */
    record Means<T>(T value) implements Absent<T> {}

    /** As if it were there with nothing in it: each of its own fields has its default. */
    record EmptyMap<T>() implements Absent<T> {}
  }

  static <T> Field<T> required(String name, FieldType<T> type, String doc) {
    return new Field<>(name, type, new Absent.Refused<>(), doc);
  }

  static <T> Field<Optional<T>> optional(String name, FieldType<T> type, String doc) {
    return new Field<>(name, new Maybe<>(type), new Absent.Means<>(Optional.empty()), doc);
  }

  static <T> Field<T> withDefault(String name, FieldType<T> type, T value, String doc) {
    return new Field<>(name, type, new Absent.Means<>(value), doc);
  }

  /** For maps and objects, all of whose fields have defaults. */
  static <T> Field<T> defaulted(String name, FieldType<T> type, String doc) {
    return new Field<>(name, type, new Absent.EmptyMap<>(), doc);
  }

  String name() {
    return name;
  }

  FieldType<T> type() {
    return type;
  }

  Absent<T> absent() {
    return absent;
  }

  /** What it means, with its unit, in one sentence. */
  String doc() {
    return doc;
  }

  Optional<T> bind(YamlNode node, Place place) {
    return type.bind(node, place);
  }

  /** The value when the file does not have the field; the place is the parent's. */
  Optional<T> bindAbsent(Place parent) {
    Place here = parent.field(name, parent.mark());
    if (absent instanceof Absent.Means<T> means) {
      return Optional.of(means.value());
    }
    if (absent instanceof Absent.EmptyMap<T>) {
      return type.bind(new YamlNode.Mapping(List.of(), parent.mark()), here);
    }
    here.problem(SpecCode.MISSING_FIELD, "the field is missing", "Add it: " + doc + ".");
    return Optional.empty();
  }
}
