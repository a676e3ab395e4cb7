package org.bloomery.core.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A list with bounds on its length. */
record ListOf<T>(FieldType<T> item, int minimum, int maximum) implements FieldType<List<T>> {

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.listOf(this);
  }

  @Override
  public Optional<List<T>> bind(YamlNode node, Place place) {
    if (!(node instanceof YamlNode.Sequence list)) {
      if (!(node instanceof YamlNode.Unusable)) {
        place
            .at(node.mark())
            .problem(
                SpecCode.WRONG_KIND,
                "a list is needed here",
                "Write it as [a, b] or as lines with -.");
      }
      return Optional.empty();
    }
    int size = list.items().size();
    if (size < minimum || size > maximum) {
      place.problem(
          SpecCode.WRONG_LENGTH,
          "the list has " + size + " entries",
          "Give from " + minimum + " to " + maximum + " entries.");
      return Optional.empty();
    }
    place.binding().rememberSize(place.path(), size, node.mark());
    List<T> values = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      YamlNode child = list.items().get(i);
      Place at = place.item(i, child.mark());
      item.bind(child, at)
          .ifPresent(
              value -> {
                at.binding().remember(at.path(), value, child.mark());
                values.add(value);
              });
    }
    return values.size() == size ? Optional.of(values) : Optional.empty();
  }
}
