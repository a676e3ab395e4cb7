package org.bloomery.cli;

/**
 * Keeps foreign text from steering the terminal: a run's name, a log line or a message may hold
 * escape sequences that move the cursor, set the title or hide what follows.
 */
public final class Terminal {
  private Terminal() {}

  /** One line of text: whatever is not plainly printable is shown as an escape. */
  public static String printable(String text) {
    return escaped(text, false);
  }

  /** Several lines of text: line feeds and tabs stay. */
  public static String printableLines(String text) {
    return escaped(text, true);
  }

  /**
   * JSON text whose strings hold nothing that steers a terminal. JSON itself escapes only the
   * characters below U+0020.
   */
  static String printableJson(String json) {
    StringBuilder safe = new StringBuilder(json.length());
    json.chars()
        .forEach(
            c -> {
              if (c >= 0x20 && isUnprintable(c)) {
                safe.append(String.format("\\u%04x", c));
              } else {
                safe.append((char) c);
              }
            });
    return safe.toString();
  }

  private static String escaped(String text, boolean lines) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if ((lines && (c == '\n' || c == '\t')) || !isUnprintable(c)) {
                safe.appendCodePoint(c);
              } else {
                safe.append(name(c));
              }
            });
    return safe.toString();
  }

  private static String name(int c) {
    return switch (c) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> String.format(c < 0x100 ? "\\x%02x" : "\\u%04x", c);
    };
  }

  /** Controls, marks that turn the direction of text, and what is no character at all. */
  private static boolean isUnprintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
