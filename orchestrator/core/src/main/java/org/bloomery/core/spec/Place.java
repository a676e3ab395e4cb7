package org.bloomery.core.spec;

import org.bloomery.core.spec.YamlNode.Mark;

/**
 * Where in a document the reading stands.
 *
 * @param path such as {@code spec.data.mixture[2].weight}; empty at the root
 * @param mark of the key, or of the list's item
 */
record Place(Binding binding, String path, Mark mark) {

  Place field(String name, Mark at) {
    return new Place(binding, path.isEmpty() ? name : path + "." + name, at);
  }

  Place item(int index, Mark at) {
    return new Place(binding, path + "[" + index + "]", at);
  }

  Place at(Mark other) {
    return new Place(binding, path, other);
  }

  void problem(SpecCode code, String message, String advice) {
    binding.problems.add(code, mark, path, message, advice);
  }
}
