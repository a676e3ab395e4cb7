package org.bloomery.core.spec;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes the kinds of documents out as JSON Schemas (draft 2020-12), for editors. A schema knows
 * each field by itself; the rules between fields are the binder's alone.
 *
 * @param complete whether required fields are asked for: not in a part that lies over another
 */
record JsonSchemas(boolean complete) implements FieldType.Cases<Map<String, Object>> {
  private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** All schemas, by the names of their files. */
  static Map<String, String> files() {
    return Map.of(
        "training-run.schema.json",
        text(RunSchema.KIND, run()),
        "cluster-profile.schema.json",
        text(ClusterSchema.KIND, ClusterSchema.DOCUMENT.match(new JsonSchemas(true))),
        "allocation.schema.json",
        text(AllocationSchema.KIND, AllocationSchema.DOCUMENT.match(new JsonSchemas(true))));
  }

  /**
   * A file that includes others, or that names no kind because others include it, holds some of the
   * fields only.
   */
  private static Map<String, Object> run() {
    Map<String, Object> schema = RunSchema.DOCUMENT.match(new JsonSchemas(false));
    Map<String, Object> whole = of("required", List.of("kind"));
    whole.put("not", of("required", List.of("include")));
    schema.put("if", whole);
    schema.put("then", required(RunSchema.DOCUMENT).orElseThrow());
    return schema;
  }

  private static String text(String kind, Map<String, Object> schema) {
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("$schema", DIALECT);
    whole.put("title", kind);
    whole.putAll(schema);
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(whole) + "\n";
  }

  /** What a whole document must have, in all its depth, where its optional parts are there. */
  private static Optional<Map<String, Object>> required(FieldType<?> type) {
    FieldType<?> present = type instanceof Maybe<?> maybe ? maybe.present() : type;
    if (!(present instanceof ObjectOf<?> object)) {
      return Optional.empty();
    }
    List<String> names = requiredNames(object);
    Map<String, Object> below = new LinkedHashMap<>();
    for (Field<?> field : object.fields()) {
      required(field.type()).ifPresent(schema -> below.put(field.name(), schema));
    }
    Map<String, Object> schema = new LinkedHashMap<>();
    if (!names.isEmpty()) {
      schema.put("required", names);
    }
    if (!below.isEmpty()) {
      schema.put("properties", below);
    }
    return schema.isEmpty() ? Optional.empty() : Optional.of(schema);
  }

  private static List<String> requiredNames(ObjectOf<?> object) {
    return object.fields().stream()
        .filter(field -> field.absent() instanceof Field.Absent.Refused<?>)
        .<String>map(Field::name)
        .toList();
  }

  @Override
  public Map<String, Object> wholeNumber(WholeNumber type) {
    Map<String, Object> schema = of("type", List.of("integer", "string"));
    schema.put("minimum", type.minimum());
    schema.put("maximum", type.maximum());
    // Numbers with _ between digits are texts to YAML.
    schema.put("pattern", whole(WholeNumber.FORM));
    return schema;
  }

  @Override
  public Map<String, Object> decimal(Decimal type) {
    Map<String, Object> schema = of("type", List.of("number", "string"));
    schema.put(type.aboveMinimum() ? "exclusiveMinimum" : "minimum", type.minimum());
    schema.put("maximum", type.maximum());
    schema.put("pattern", whole(Decimal.FORM));
    return schema;
  }

  @Override
  public Map<String, Object> flag(Flag type) {
    return of("type", "boolean");
  }

  @Override
  public Map<String, Object> choice(Choice<?> type) {
    return of("enum", List.copyOf(type.words().keySet()));
  }

  @Override
  public Map<String, Object> timeSpan(TimeSpan type) {
    return string(whole(DurationText.FORM));
  }

  @Override
  public Map<String, Object> byteCount(ByteCount type) {
    return string(whole(ByteCount.FORM));
  }

  @Override
  public Map<String, Object> calendarDay(CalendarDay type) {
    return string(whole(CalendarDay.FORM));
  }

  /** A text that looks like a number or a truth value needs no quotes here. */
  @Override
  public Map<String, Object> words(Words type) {
    Map<String, Object> schema = of("type", List.of("string", "number", "boolean"));
    schema.put("pattern", whole(type.pattern()));
    schema.put("maxLength", type.lengthMaximum());
    return schema;
  }

  @Override
  public Map<String, Object> pathText(PathText type) {
    return string("^(/|\\$\\{(BLOOMERY_HOME|SPEC_DIR)\\})");
  }

  @Override
  public Map<String, Object> relativePath(RelativePath type) {
    return string(whole(RelativePath.FORM));
  }

  @Override
  public Map<String, Object> exactly(Exactly type) {
    return of("const", type.word());
  }

  /** Lists replace each other as wholes, so that their items are always complete. */
  @Override
  public Map<String, Object> listOf(ListOf<?> type) {
    Map<String, Object> schema = of("type", "array");
    schema.put("items", type.item().match(new JsonSchemas(true)));
    schema.put("minItems", type.minimum());
    schema.put("maxItems", type.maximum());
    return schema;
  }

  @Override
  public Map<String, Object> mapOf(MapOf<?, ?> type) {
    Map<String, Object> schema = of("type", "object");
    schema.put("propertyNames", type.key().match(this));
    schema.put("additionalProperties", type.value().match(this));
    schema.put("maxProperties", type.maximum());
    return schema;
  }

  @Override
  public Map<String, Object> objectOf(ObjectOf<?> type) {
    Map<String, Object> properties = new LinkedHashMap<>();
    for (Field<?> field : type.fields()) {
      Map<String, Object> property = new LinkedHashMap<>();
      property.put("description", field.doc());
      property.putAll(field.type().match(this));
      value(field).ifPresent(value -> property.put("default", value));
      properties.put(field.name(), property);
    }
    Map<String, Object> schema = of("type", "object");
    schema.put("properties", properties);
    schema.put("additionalProperties", false);
    if (complete && !requiredNames(type).isEmpty()) {
      schema.put("required", requiredNames(type));
    }
    return schema;
  }

  @Override
  public Map<String, Object> partOf(PartOf type) {
    return of("$ref", "#/properties/spec");
  }

  @Override
  public Map<String, Object> maybe(Maybe<?> type) {
    return type.present().match(this);
  }

  /** What holds if the field is absent, where that is a value that could be written there. */
  private static Optional<Object> value(Field<?> field) {
    return field.absent() instanceof Field.Absent.Means<?> means
        ? written(means.value())
        : Optional.empty();
  }

  static Optional<Object> written(Object value) {
    if (value instanceof Optional<?> optional) {
      return optional.flatMap(JsonSchemas::written);
    }
    if (value instanceof SpecWord choice) {
      return Optional.of(choice.word());
    }
    if (value instanceof Duration duration) {
      return Optional.of(TimeSpan.words(duration));
    }
    if (value instanceof List<?> list) {
      List<Object> items = new ArrayList<>();
      list.forEach(item -> written(item).ifPresent(items::add));
      return items.size() == list.size() ? Optional.of(items) : Optional.empty();
    }
    boolean plain = value instanceof String || value instanceof Number || value instanceof Boolean;
    return plain ? Optional.of(value) : Optional.empty();
  }

  private static Map<String, Object> string(String pattern) {
    Map<String, Object> schema = of("type", "string");
    schema.put("pattern", pattern);
    return schema;
  }

  /** A pattern finds what it looks for anywhere in a text; ours are about all of it. */
  private static String whole(Pattern pattern) {
    return "^(?:" + pattern.pattern() + ")$";
  }

  private static Map<String, Object> of(String key, Object value) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put(key, value);
    return schema;
  }
}
