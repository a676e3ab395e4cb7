package org.bloomery.core.spec;

import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;

/** Writes nodes as YAML, always in the same way: read again, they are the same nodes. */
final class YamlText {
  /** What no YAML version takes for anything but this word, in a block or in a key. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./][A-Za-z0-9_./+@=-]*");

  private final StringBuilder out = new StringBuilder();

  private YamlText() {}

  /** The whole document, with its last line end. */
  static String of(YamlNode document) {
    YamlText text = new YamlText();
    text.node(document, 0, false);
    return text.out.toString();
  }

  /**
   * One node.
   *
   * @param started whether its first line has its indentation already
   */
  private void node(YamlNode node, int indent, boolean started) {
    if (node instanceof YamlNode.Mapping map && !map.entries().isEmpty()) {
      boolean first = started;
      for (YamlNode.Entry entry : map.entries()) {
        indent(first ? 0 : indent);
        first = false;
        out.append(word(entry.key())).append(':');
        child(entry.value(), indent);
      }
    } else if (node instanceof YamlNode.Sequence list && !list.items().isEmpty()) {
      items(list.items(), indent, started);
    } else {
      indent(started ? 0 : indent);
      out.append(leaf(node)).append('\n');
    }
  }

  private void items(List<YamlNode> items, int indent, boolean started) {
    Iterator<YamlNode> rest = items.iterator();
    for (boolean first = started; rest.hasNext(); first = false) {
      indent(first ? 0 : indent);
      out.append("- ");
      node(rest.next(), indent + 2, true);
    }
  }

  /** What follows a key: a single value on its line, all else below it. */
  private void child(YamlNode value, int indent) {
    boolean nested =
        (value instanceof YamlNode.Mapping map && !map.entries().isEmpty())
            || (value instanceof YamlNode.Sequence list && !list.items().isEmpty());
    out.append(nested ? "\n" : " ");
    node(value, indent + 2, !nested);
  }

  private static String leaf(YamlNode node) {
    if (node instanceof YamlNode.Scalar scalar) {
      return word(scalar);
    }
    return node instanceof YamlNode.Sequence ? "[]" : "{}";
  }

  private static String word(YamlNode.Scalar scalar) {
    String text = scalar.text();
    // Nothing, "~" and "null" mean that there is no value, but only without quotes.
    if (scalar.plain() && (PLAIN.matcher(text).matches() || text.equals("~"))) {
      return text;
    }
    return scalar.plain() && text.isEmpty() ? "~" : quoted(text);
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c == 0x7f || Character.isISOControl(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }

  private void indent(int blanks) {
    out.append(" ".repeat(blanks));
  }
}
