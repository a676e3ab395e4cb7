package org.bloomery.core.training;

import java.nio.charset.StandardCharsets;

/** Makes a piece of a log fit for people: UTF-8, one line, no control characters, short. */
final class EvidenceText {
  /** Longer evidence is cut; the log itself stays where it is. */
  static final int CHARS_MAX = 300;

  private EvidenceText() {}

  /** The text, trimmed and cut. */
  static String of(String text) {
    StringBuilder clean = new StringBuilder(Math.min(text.length(), CHARS_MAX));
    int[] points = text.strip().codePoints().limit(CHARS_MAX + 1L).toArray();
    for (int i = 0; i < points.length && clean.length() < CHARS_MAX - 2; i++) {
      clean.appendCodePoint(isPrintable(points[i]) ? points[i] : '.');
    }
    return points.length > CHARS_MAX ? clean.append('…').toString() : clean.toString();
  }

  /** The same for text that the scanner holds as one character per byte. */
  static String ofBytes(String latin) {
    // Four bytes at most make a code point: what is cut here would not be shown.
    String shown = latin.length() > 4 * CHARS_MAX ? latin.substring(0, 4 * CHARS_MAX) : latin;
    return of(utf8(shown));
  }

  /** Decodes text that the scanner holds as one character per byte; bad bytes become U+FFFD. */
  static String utf8(String latin) {
    return new String(latin.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private static boolean isPrintable(int codePoint) {
    int type = Character.getType(codePoint);
    // Format characters include those that turn the direction of a terminal's text.
    return !Character.isISOControl(codePoint)
        && type != Character.FORMAT
        && type != Character.SURROGATE
        && type != Character.LINE_SEPARATOR
        && type != Character.PARAGRAPH_SEPARATOR;
  }
}
