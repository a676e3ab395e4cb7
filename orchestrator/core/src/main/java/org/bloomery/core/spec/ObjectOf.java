package org.bloomery.core.spec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A map with fields that we name.
 *
 * @param fields in the order of the documentation
 * @param build makes the value when all fields are good
 */
record ObjectOf<T>(List<Field<?>> fields, Function<Values, T> build) implements FieldType<T> {

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.objectOf(this);
  }

  @Override
  public Optional<T> bind(YamlNode node, Place place) {
    if (!(node instanceof YamlNode.Mapping map)) {
      if (!(node instanceof YamlNode.Unusable)) {
        place
            .at(node.mark())
            .problem(
                SpecCode.WRONG_KIND,
                "fields are needed here",
                "Known fields: " + String.join(", ", names()) + ".");
      }
      return Optional.empty();
    }
    boolean good = true;
    Map<String, YamlNode.Entry> given = new LinkedHashMap<>();
    for (YamlNode.Entry entry : map.entries()) {
      given.put(entry.key().text(), entry);
      good &= isKnown(entry.key(), place);
    }
    Values values = new Values();
    for (Field<?> field : fields) {
      good &= bindField(field, Optional.ofNullable(given.get(field.name())), values, place);
    }
    return good ? Optional.of(build.apply(values)) : Optional.empty();
  }

  private <F> boolean bindField(
      Field<F> field, Optional<YamlNode.Entry> given, Values values, Place place) {
    Place here = place.field(field.name(), given.map(e -> e.key().mark()).orElse(place.mark()));
    Optional<F> value =
        given
            .map(entry -> field.bind(entry.value(), here))
            .orElseGet(() -> field.bindAbsent(place));
    if (value.isEmpty()) {
      return false;
    }
    values.put(field, value.get());
    here.binding()
        .remember(
            here.path(),
            value.get(),
            given.map(entry -> entry.value().mark()).orElse(place.mark()));
    return true;
  }

  /** Whether there is such a field; a problem if not. */
  boolean isKnown(YamlNode.Scalar key, Place place) {
    if (fields.stream().anyMatch(field -> field.name().equals(key.text()))) {
      return true;
    }
    place
        .field(Shown.plain(key.text()), key.mark())
        .problem(
            SpecCode.UNKNOWN_KEY,
            "the field " + Shown.quoted(key.text()) + " is not known",
            Nearest.question(key.text(), names())
                + "Known fields: "
                + String.join(", ", names())
                + ".");
    return false;
  }

  private List<String> names() {
    return fields.stream().map(Field::name).toList();
  }
}
