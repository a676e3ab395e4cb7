package org.bloomery.core.spec;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes the fields of a document out as a page for people: one table for each object. */
final class FieldPage {
  private final StringBuilder out = new StringBuilder();

  private FieldPage() {}

  /** The page of a kind of document, below its introduction. */
  static String of(String introduction, ObjectOf<?> document) {
    FieldPage page = new FieldPage();
    page.out.append(introduction);
    page.object("", document);
    return page.out.toString();
  }

  private void object(String path, ObjectOf<?> object) {
    out.append("\n## ").append(path.isEmpty() ? "The document" : "`" + path + "`").append("\n\n");
    out.append("| field | value | if absent | meaning |\n|---|---|---|---|\n");
    for (Field<?> field : object.fields()) {
      out.append("| `")
          .append(field.name())
          .append("` | ")
          .append(cell(field.type().match(new Values())))
          .append(" | ")
          .append(cell(absent(field)))
          .append(" | ")
          .append(cell(field.doc()))
          .append(" |\n");
    }
    for (Field<?> field : object.fields()) {
      for (ObjectOf<?> below : objects(field.type())) {
        boolean item = field.type().match(new Values()).startsWith("list");
        object((path.isEmpty() ? "" : path + ".") + field.name() + (item ? "[]" : ""), below);
      }
    }
  }

  private static List<ObjectOf<?>> objects(FieldType<?> type) {
    if (type instanceof Maybe<?> maybe) {
      return objects(maybe.present());
    }
    if (type instanceof ListOf<?> list) {
      return objects(list.item());
    }
    return type instanceof ObjectOf<?> object ? List.of(object) : List.of();
  }

  private static String absent(Field<?> field) {
    if (field.absent() instanceof Field.Absent.Refused<?>) {
      return "**refused**";
    }
    if (field.absent() instanceof Field.Absent.Means<?> means) {
      return JsonSchemas.written(means.value()).map(value -> "`" + value + "`").orElse("-");
    }
    return "-";
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  private static String span(Duration least, Duration most) {
    return TimeSpan.words(least) + " to " + TimeSpan.words(most);
  }

  private static String number(double value) {
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
    return whole ? String.format(Locale.ROOT, "%,d", (long) value) : Double.toString(value);
  }

  /** A value in a few words. */
  private static final class Values implements FieldType.Cases<String> {
    @Override
    public String wholeNumber(WholeNumber type) {
      return String.format(Locale.ROOT, "whole number, %,d to %,d", type.minimum(), type.maximum());
    }

    @Override
    public String decimal(Decimal type) {
      String least = (type.aboveMinimum() ? "above " : "from ") + number(type.minimum());
      return "number, " + least + " to " + number(type.maximum());
    }

    @Override
    public String flag(Flag type) {
      return "`true` or `false`";
    }

    @Override
    public String choice(Choice<?> type) {
      List<String> words = new ArrayList<>();
      type.words().keySet().forEach(word -> words.add("`" + word + "`"));
      return String.join(", ", words);
    }

    @Override
    public String timeSpan(TimeSpan type) {
      return "duration, " + span(type.minimum(), type.maximum());
    }

    @Override
    public String byteCount(ByteCount type) {
      return "size";
    }

    @Override
    public String calendarDay(CalendarDay type) {
      return "day";
    }

    @Override
    public String words(Words type) {
      return type.what();
    }

    @Override
    public String pathText(PathText type) {
      return "absolute path";
    }

    @Override
    public String relativePath(RelativePath type) {
      return "path beside this file";
    }

    @Override
    public String exactly(Exactly type) {
      return "`" + type.word() + "`";
    }

    @Override
    public String listOf(ListOf<?> type) {
      return "list: " + type.item().match(this);
    }

    @Override
    public String mapOf(MapOf<?, ?> type) {
      return "map: " + type.key().match(this) + " to " + type.value().match(this);
    }

    @Override
    public String objectOf(ObjectOf<?> type) {
      return "fields";
    }

    @Override
    public String partOf(PartOf type) {
      return "fields of `spec`";
    }

    @Override
    public String maybe(Maybe<?> type) {
      return type.present().match(this);
    }
  }
}
