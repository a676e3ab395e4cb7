package org.bloomery.core.script;

import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The only way by which a value enters a shell script: as one word that the shell leaves alone. */
public final class ShellQuote {
  /** Words that no shell treats specially, wherever a value may stand; nor is an option with =. */
  private static final Pattern PLAIN = Pattern.compile("(--[A-Za-z0-9-]+=)?[A-Za-z0-9_./:@,+-]+");

  private ShellQuote() {}

  /**
   * Quotes one word; plain words stay as they are, so that scripts can be read.
   *
   * @throws IllegalArgumentException if no shell word can hold the text: it contains NUL, or half
   *     of a surrogate pair, which has no UTF-8 form
   */
  public static String quote(String text) {
    CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
    if (text.indexOf('\0') >= 0 || !encoder.canEncode(text)) {
      throw new IllegalArgumentException(
          "a value with a NUL or a broken character cannot be written into a script");
    }
    return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  /** Quotes each word and puts a blank between them. */
  public static String join(List<String> words) {
    return words.stream().map(ShellQuote::quote).collect(Collectors.joining(" "));
  }
}
