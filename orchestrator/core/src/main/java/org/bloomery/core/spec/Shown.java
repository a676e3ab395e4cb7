package org.bloomery.core.spec;

/** Makes text from a file fit to be shown in a message: a terminal must not obey it. */
final class Shown {
  private static final int LENGTH_MAX = 60;

  private Shown() {}

  /** In single quotes, with control and other invisible characters as escapes, cut if long. */
  static String quoted(String text) {
    return "'" + plain(text) + "'";
  }

  /** The same without the quotes. */
  static String plain(String text) {
    StringBuilder out = new StringBuilder();
    int[] points = text.codePoints().limit(LENGTH_MAX + 1L).toArray();
    for (int i = 0; i < Math.min(points.length, LENGTH_MAX); i++) {
      if (isVisible(points[i])) {
        out.appendCodePoint(points[i]);
      } else {
        out.append("\\u").append(String.format("%04x", points[i]));
      }
    }
    return points.length > LENGTH_MAX ? out + "..." : out.toString();
  }

  private static boolean isVisible(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
