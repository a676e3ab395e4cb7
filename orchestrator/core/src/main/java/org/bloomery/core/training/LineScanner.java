package org.bloomery.core.training;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds all records of one physical line, in order.
 *
 * <p>A line is cut at each rank's prefix first, because ranks write at the same time: what one rank
 * has written ends where the next one's prefix begins.
 */
final class LineScanner {
  /** A record, and where in its line it begins. */
  record Found(int start, LogRecord record) {}

  /** {@code [default3]:} is torchrun's local rank, {@code [rank34]:} newer PyTorch's global one. */
  private static final Pattern LANE = Pattern.compile("\\[((?:default|rank)\\d{1,6})\\]: ?");

  private final CrashReport crash = new CrashReport();

  /**
   * Adds the records of a line.
   *
   * @param ended whether the line's end was seen; if not, its last number may be cut short
   */
  void scanLine(String line, boolean ended, List<LogRecord> found) {
    if (!line.isEmpty()) {
      scan(line, line.length(), ended, found);
    }
  }

  /** Adds the records that start before a position; the rest will be given again. */
  void scanPart(String line, int startsBefore, List<LogRecord> found) {
    scan(line, startsBefore, false, found);
  }

  private void scan(String line, int startsBefore, boolean ended, List<LogRecord> found) {
    Matcher lane = LANE.matcher(line);
    int from = 0;
    String name = "";
    boolean more = line.indexOf(']') >= 0;
    while (more && lane.find()) {
      scanPiece(
          new Piece(name, from, line.substring(from, lane.start()), true), startsBefore, found);
      from = lane.end();
      name = lane.group(1);
    }
    scanPiece(new Piece(name, from, line.substring(from), ended), startsBefore, found);
  }

  private void scanPiece(Piece piece, int startsBefore, List<LogRecord> found) {
    if (piece.text().isBlank() || piece.offset() >= startsBefore) {
      return;
    }
    List<Found> here = new ArrayList<>();
    IterationForm.find(piece, here);
    ValidationForm.find(piece, here);
    MarkForms.find(piece, here);
    crash.find(piece, here);
    here.sort(Comparator.comparingInt(Found::start));
    for (Found one : here) {
      if (piece.offset() + one.start() < startsBefore) {
        found.add(one.record());
      }
    }
  }

  /**
   * What one rank wrote in one line.
   *
   * @param lane the rank's prefix, or empty
   * @param offset where the text begins in the line
   * @param text one character per byte
   * @param ended whether the text is whole: its line ends there, or the next rank's prefix follows,
   *     which mostly means that only the line end came late
   */
  record Piece(String lane, int offset, String text, boolean ended) {}
}
