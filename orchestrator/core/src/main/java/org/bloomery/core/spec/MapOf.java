package org.bloomery.core.spec;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A map whose keys are the user's own. */
record MapOf<K extends Comparable<? super K>, V>(ScalarType<K> key, FieldType<V> value, int maximum)
    implements FieldType<SortedMap<K, V>> {

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.mapOf(this);
  }

  @Override
  public Optional<SortedMap<K, V>> bind(YamlNode node, Place place) {
    if (!(node instanceof YamlNode.Mapping map)) {
      if (!(node instanceof YamlNode.Unusable)) {
        place
            .at(node.mark())
            .problem(SpecCode.WRONG_KIND, "a map is needed here", "Write it as name: value lines.");
      }
      return Optional.empty();
    }
    if (map.entries().size() > maximum) {
      place.problem(
          SpecCode.WRONG_LENGTH,
          "the map has " + map.entries().size() + " entries",
          "Give at most " + maximum + ".");
      return Optional.empty();
    }
    SortedMap<K, V> values = new TreeMap<>();
    for (YamlNode.Entry entry : map.entries()) {
      Place at = place.field(Shown.plain(entry.key().text()), entry.key().mark());
      Optional<K> name = key.bind(entry.key(), at);
      Optional<V> bound = value.bind(entry.value(), at);
      if (name.isPresent() && bound.isPresent()) {
        at.binding().remember(at.path(), bound.get(), entry.value().mark());
        values.put(name.get(), bound.get());
      }
    }
    return values.size() == map.entries().size() ? Optional.of(values) : Optional.empty();
  }
}
