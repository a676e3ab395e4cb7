package org.bloomery.core.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * The paths of all single values that a type declares, below the type's own path: {@code
 * .mixture[].name}; {@code .*} and {@code .*#key} for the values and keys of a map with the user's
 * own keys.
 */
final class FieldPaths implements FieldType.Cases<List<String>> {
  private static final List<String> HERE = List.of("");

  private FieldPaths() {}

  static List<String> of(FieldType<?> type) {
    return type.match(new FieldPaths());
  }

  @Override
  public List<String> wholeNumber(WholeNumber type) {
    return HERE;
  }

  @Override
  public List<String> decimal(Decimal type) {
    return HERE;
  }

  @Override
  public List<String> flag(Flag type) {
    return HERE;
  }

  @Override
  public List<String> choice(Choice<?> type) {
    return HERE;
  }

  @Override
  public List<String> timeSpan(TimeSpan type) {
    return HERE;
  }

  @Override
  public List<String> byteCount(ByteCount type) {
    return HERE;
  }

  @Override
  public List<String> calendarDay(CalendarDay type) {
    return HERE;
  }

  @Override
  public List<String> words(Words type) {
    return HERE;
  }

  @Override
  public List<String> pathText(PathText type) {
    return HERE;
  }

  @Override
  public List<String> relativePath(RelativePath type) {
    return HERE;
  }

  @Override
  public List<String> exactly(Exactly type) {
    return HERE;
  }

  @Override
  public List<String> listOf(ListOf<?> type) {
    return below("[]", type.item());
  }

  @Override
  public List<String> mapOf(MapOf<?, ?> type) {
    List<String> paths = new ArrayList<>(below(".*", type.value()));
    paths.add(".*#key");
    return paths;
  }

  @Override
  public List<String> objectOf(ObjectOf<?> type) {
    List<String> paths = new ArrayList<>();
    for (Field<?> field : type.fields()) {
      paths.addAll(below("." + field.name(), field.type()));
    }
    return paths;
  }

  /** The same fields as those of the whole. */
  @Override
  public List<String> partOf(PartOf type) {
    return List.of();
  }

  @Override
  public List<String> maybe(Maybe<?> type) {
    return type.present().match(this);
  }

  private List<String> below(String name, FieldType<?> type) {
    return type.match(this).stream().map(path -> name + path).toList();
  }
}
