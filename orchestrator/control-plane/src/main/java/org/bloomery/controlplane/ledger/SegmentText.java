package org.bloomery.controlplane.ledger;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.bloomery.core.id.Sha256;
import org.bloomery.core.ledger.Ledger;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.LedgerLines;
import org.bloomery.core.ledger.LedgerMonth;
import org.bloomery.core.ledger.LedgerSegment;

/**
 * The text of the ledger's lines under gzip: what both nodes and files hold. With a title, it is a
 * file of a closed month; equal lines make equal bytes.
 */
public final class SegmentText {
  /** By when a job ended, then by its key: a file can be read from the top like a journal. */
  private static final Comparator<LedgerEntry> ORDER =
      Comparator.comparingLong(LedgerEntry::end)
          .thenComparing(entry -> entry.job().jobId())
          .thenComparingLong(entry -> entry.job().submitEpoch());

  private SegmentText() {}

  /** Lines without a title, in their order; packed fast, since they will be packed again. */
  public static byte[] pack(List<LedgerEntry> lines) {
    return gzip("", lines, Deflater.BEST_SPEED);
  }

  /** A closed month: its file's bytes and what is recorded of them. */
  public static final class Closed {
    private final byte[] bytes;
    private final LedgerSegment segment;

    private Closed(byte[] bytes, LedgerSegment segment) {
      this.bytes = bytes;
      this.segment = segment;
    }

    public byte[] bytes() {
      return bytes.clone();
    }

    public LedgerSegment segment() {
      return segment;
    }
  }

  /** Joins all lines of a month, one for each job. */
  public static Closed close(LedgerMonth month, Collection<LedgerEntry> lines) {
    Ledger joined = new Ledger();
    joined.add(lines);
    List<LedgerEntry> sorted = joined.entries().stream().sorted(ORDER).toList();
    byte[] bytes = gzip(LedgerLines.TITLE + "\n", sorted, Deflater.DEFAULT_COMPRESSION);
    String sha256 = Sha256.of(bytes);
    String file = month.cluster() + "-" + month.month() + "-" + sha256.substring(0, 12) + ".tsv.gz";
    return new Closed(
        bytes,
        new LedgerSegment(
            month,
            file,
            sha256,
            sorted.size(),
            sorted.stream().mapToLong(LedgerEntry::allocatedGpuSeconds).sum(),
            sorted.stream().mapToLong(LedgerEntry::chargedGpuSeconds).sum()));
  }

  private static byte[] gzip(String title, List<LedgerEntry> lines, int level) {
    StringBuilder text = new StringBuilder(title);
    lines.forEach(line -> text.append(LedgerLines.write(line)).append('\n'));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new Gzip(bytes, level)) {
      out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException("memory can always be written to", e);
    }
    return bytes.toByteArray();
  }

  /** The JDK's own has no choice of level. */
  private static final class Gzip extends GZIPOutputStream {
    Gzip(OutputStream out, int level) throws IOException {
      super(out);
      def.setLevel(level);
    }
  }

  /**
   * Reads what {@link #pack} or {@link #close} has made.
   *
   * @throws IOException if it is nothing of the kind
   */
  public static List<LedgerEntry> unpack(byte[] bytes, LedgerLines reader) throws IOException {
    String text;
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    List<LedgerEntry> lines = new ArrayList<>();
    try {
      text.lines()
          .filter(line -> !line.equals(LedgerLines.TITLE))
          .map(reader::read)
          .forEach(lines::add);
    } catch (IllegalArgumentException e) {
      throw new IOException("line " + (lines.size() + 1) + " is no line of a ledger", e);
    }
    return lines;
  }
}
