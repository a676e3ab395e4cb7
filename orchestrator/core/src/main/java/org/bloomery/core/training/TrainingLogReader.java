package org.bloomery.core.training;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Finds the records in the bytes of a training log as they come, in chunks of any size.
 *
 * <p>Nothing is anchored to line starts: launchers put prefixes before a line, ranks share one
 * physical line, and foreign programs write to the same file. The records that come out do not
 * depend on where the chunks end. Bytes need not be text; only ASCII is looked for, and what is
 * kept for people is decoded as UTF-8 with replacements.
 *
 * <p>Memory is bounded by {@link #LINE_BYTES_MAX}. A longer physical line is read in pieces that
 * overlap by {@link #OVERLAP_BYTES}: each record in it is still found once, unless the record
 * itself is longer than the overlap, which is then read as far as the piece goes.
 *
 * <p>Not for use by several threads.
 */
public final class TrainingLogReader {
  /** So much of one physical line is held at most, in bytes. */
  public static final int LINE_BYTES_MAX = 64 * 1024;

  /** The longest record that is safe in a line that is longer than {@link #LINE_BYTES_MAX}. */
  public static final int OVERLAP_BYTES = 8 * 1024;

  /** Colours and cursor movements of progress bars (ECMA-48 control sequences). */
  private static final Pattern ESCAPES =
      Pattern.compile("\u001b\\[[0-?]{0,32}[ -/]{0,4}[@-~]|\u001b[@-Z\\\\^_]");

  private final LineScanner scanner = new LineScanner();
  private byte[] line = new byte[1024];
  private int held;

  /** Reads the next bytes of the log and says what is new in them. */
  public List<LogRecord> feed(byte[] chunk, int length) {
    Objects.checkFromIndexSize(0, length, chunk.length);
    List<LogRecord> found = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < length; i++) {
      // A carriage return ends a state of a progress bar, and nothing of a record goes over it.
      if (chunk[i] == '\n' || chunk[i] == '\r') {
        hold(chunk, from, i, found);
        scanner.scanLine(takeText(), true, found);
        from = i + 1;
      }
    }
    hold(chunk, from, length, found);
    return found;
  }

  /** The log will not grow any more: reads a last line that has no line end. */
  public List<LogRecord> finish() {
    List<LogRecord> found = new ArrayList<>();
    scanner.scanLine(takeText(), false, found);
    return found;
  }

  private void hold(byte[] chunk, int from, int to, List<LogRecord> found) {
    int next = from;
    while (next < to) {
      int room = Math.min(to - next, LINE_BYTES_MAX - held);
      if (held + room > line.length) {
        line =
            Arrays.copyOf(line, Math.min(LINE_BYTES_MAX, Math.max(2 * line.length, held + room)));
      }
      System.arraycopy(chunk, next, line, held, room);
      held += room;
      next += room;
      if (held == LINE_BYTES_MAX) {
        releaseAllButOverlap(found);
      }
    }
  }

  private void releaseAllButOverlap(List<LogRecord> found) {
    String text = takeText();
    int cut = Math.max(0, text.length() - OVERLAP_BYTES);
    scanner.scanPart(text, cut, found);
    byte[] rest = text.substring(cut).getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(rest, 0, line, 0, rest.length);
    held = rest.length;
  }

  /** One character per byte, so that positions and bytes are the same. */
  private String takeText() {
    String text = new String(line, 0, held, StandardCharsets.ISO_8859_1);
    held = 0;
    return text.indexOf('\u001b') < 0 ? text : ESCAPES.matcher(text).replaceAll("");
  }
}
