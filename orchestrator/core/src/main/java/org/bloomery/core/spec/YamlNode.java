package org.bloomery.core.spec;

import java.util.List;

/** YAML as it was written: every scalar is its raw text, and everything knows where it stands. */
sealed interface YamlNode {
  Mark mark();

  /** A position in the file; line and column count from 1. */
  record Mark(int line, int column) {
    static final Mark START = new Mark(1, 1);
  }

  /**
   * A single value.
   *
   * @param plain whether it was written without quotes
   */
  record Scalar(String text, boolean plain, Mark mark) implements YamlNode {}

  /** A list. */
  record Sequence(List<YamlNode> items, Mark mark) implements YamlNode {
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /** A map, in the order of the file. */
  record Mapping(List<Entry> entries, Mark mark) implements YamlNode {
    public Mapping {
      entries = List.copyOf(entries);
    }
  }

  /** Something that was reported as a problem already, so that nothing more is said about it. */
  record Unusable(Mark mark) implements YamlNode {}

  /** One line of a map. */
  record Entry(Scalar key, YamlNode value) {}
}
