package org.bloomery.core.spec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** YAML as it was written: every scalar is its raw text, and everything knows where it stands. */
sealed interface YamlNode {
  Mark mark();

  /** A position in a file; line and column count from 1. */
  record Mark(String file, int line, int column) {
    static Mark startOf(String file) {
      return new Mark(file, 1, 1);
    }
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

    /** The line with this key. */
    Optional<Entry> entry(String key) {
      return entries.stream().filter(entry -> entry.key().text().equals(key)).findFirst();
    }

    Mapping without(String key) {
      return new Mapping(
          entries.stream().filter(entry -> !entry.key().text().equals(key)).toList(), mark);
    }

    /**
     * This map with another laid over it: maps merge key by key, of all else the other's wins. Keys
     * that both have stand where this one has them.
     */
    Mapping under(Mapping over) {
      Map<String, Entry> merged = new LinkedHashMap<>();
      entries.forEach(entry -> merged.put(entry.key().text(), entry));
      for (Entry entry : over.entries()) {
        merged.merge(entry.key().text(), entry, Entry::under);
      }
      return new Mapping(List.copyOf(merged.values()), over.mark());
    }
  }

  /** Something that was reported as a problem already, so that nothing more is said about it. */
  record Unusable(Mark mark) implements YamlNode {}

  /** One line of a map. */
  record Entry(Scalar key, YamlNode value) {
    private Entry under(Entry over) {
      boolean maps = value instanceof Mapping && over.value instanceof Mapping;
      return maps ? new Entry(over.key, ((Mapping) value).under((Mapping) over.value)) : over;
    }
  }
}
