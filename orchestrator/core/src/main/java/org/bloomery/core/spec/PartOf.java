package org.bloomery.core.spec;

import java.util.Optional;

/**
 * Some fields of an object, in any depth. They are kept as they are written, and judged with the
 * whole that they are laid over.
 */
record PartOf(ObjectOf<?> whole) implements FieldType<YamlNode.Mapping> {

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.partOf(this);
  }

  @Override
  public Optional<YamlNode.Mapping> bind(YamlNode node, Place place) {
    if (!(node instanceof YamlNode.Mapping map)) {
      return whole.bind(node, place).flatMap(never -> Optional.empty());
    }
    boolean known = true;
    for (YamlNode.Entry entry : map.entries()) {
      known &= whole.isKnown(entry.key(), place);
    }
    return known ? Optional.of(map) : Optional.empty();
  }
}
