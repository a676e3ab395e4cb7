package org.bloomery.core.spec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.bloomery.core.spec.YamlNode.Mark;

/** The first gate: a file must be short, valid UTF-8 and free of characters that hide something. */
final class SourceText {
  static final int BYTES_MAX = 256 * 1024;

  private SourceText() {}

  static Optional<String> decode(String file, byte[] content, ProblemList problems) {
    if (content.length > BYTES_MAX) {
      tooLarge(file, content.length, problems);
      return Optional.empty();
    }
    CharsetDecoder strict =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer bytes = ByteBuffer.wrap(content);
    try {
      return Optional.of(strict.decode(bytes).toString());
    } catch (CharacterCodingException e) {
      String before = new String(content, 0, bytes.position(), StandardCharsets.UTF_8);
      problems.add(
          SpecCode.BAD_CHARACTERS,
          endOf(file, before),
          "",
          "byte " + (bytes.position() + 1) + " is not valid UTF-8",
          "Save the file as UTF-8 text.");
      return Optional.empty();
    }
  }

  /** The text without a byte order mark, if it may be read at all. */
  static Optional<String> check(String file, String text, ProblemList problems) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > BYTES_MAX) {
      tooLarge(file, bytes, problems);
      return Optional.empty();
    }
    String body = text.startsWith("\uFEFF") ? text.substring(1) : text;
    for (int i = 0; i < body.length(); i += Character.charCount(body.codePointAt(i))) {
      int point = body.codePointAt(i);
      if (isForbidden(point)) {
        problems.add(
            SpecCode.BAD_CHARACTERS,
            endOf(file, body.substring(0, i)),
            "",
            "the character U+" + String.format("%04X", point) + " is not allowed in a spec",
            "Remove it; it is invisible in most editors.");
        return Optional.empty();
      }
    }
    return Optional.of(body);
  }

  private static void tooLarge(String file, int bytes, ProblemList problems) {
    problems.add(
        SpecCode.TOO_LARGE,
        Mark.startOf(file),
        "",
        "the file has " + bytes + " bytes, at most " + BYTES_MAX + " are read",
        "A spec describes one run; check that this is the right file.");
  }

  /**
   * Control characters drive terminals; the bidirectional ones make text look other than it is
   * (CVE-2021-42574); the Unicode line ends would make our line numbers differ from the editor's.
   */
  private static boolean isForbidden(int point) {
    if (point == '\n' || point == '\r' || point == '\t') {
      return false;
    }
    int type = Character.getType(point);
    return type == Character.CONTROL
        || type == Character.SURROGATE
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || point == 0xFFFE
        || point == 0xFFFF;
  }

  private static Mark endOf(String file, String before) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < before.length(); i += Character.charCount(before.codePointAt(i))) {
      boolean lineEnd =
          before.charAt(i) == '\n'
              || (before.charAt(i) == '\r'
                  && !(i + 1 < before.length() && before.charAt(i + 1) == '\n'));
      line += lineEnd ? 1 : 0;
      column = lineEnd ? 1 : column + 1;
    }
    return new Mark(file, line, column);
  }
}
