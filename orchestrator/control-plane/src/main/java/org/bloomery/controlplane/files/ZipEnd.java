package org.bloomery.controlplane.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.bloomery.core.checkpoint.ScannedFile.Content;

/**
 * Reads the directory at the end of a zip, which is what {@code torch.save} writes, and nothing of
 * what lies before it: a file of many gigabytes costs a few kilobytes of reading.
 *
 * <p>The directory holds size and CRC-32 of every tensor, so its hash changes with the content.
 * Source: PKWARE's APPNOTE.TXT 6.3, sections 4.3.12 to 4.3.16 and 4.5.3.
 */
final class ZipEnd {
  /** A shard of 10,000 tensors has about 1 MB; more than this is no directory of ours. */
  static final int DIRECTORY_BYTES_MAX = 64 * 1024 * 1024;

  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final int ENTRY_SIGNATURE = 0x02014b50;
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END64_SIGNATURE = 0x06064b50;
  private static final int LOCATOR_SIGNATURE = 0x07064b50;

  private static final int LOCAL_BYTES = 30;
  private static final int ENTRY_BYTES = 46;
  private static final int END_BYTES = 22;
  private static final int LOCATOR_BYTES = 20;
  private static final int END64_BYTES = 56;
  private static final int COMMENT_BYTES_MAX = 0xffff;
  private static final long IN_ZIP64 = 0xffffffffL;

  /** The file is not a whole zip. */
  private static final class Damage extends Exception {
    private static final long serialVersionUID = 1;

    Damage(String why) {
      super(why);
    }
  }

  /**
   * Where the directory lies.
   *
   * @param count how many entries it has
   * @param offset of its first byte
   * @param bytes its length
   * @param records offset of the records that follow it and describe it
   */
  private record Directory(long count, long offset, long bytes, long records) {}

  private final FileChannel channel;
  private final long size;

  private ZipEnd(FileChannel channel, long size) {
    this.channel = channel;
    this.size = size;
  }

  /** The fingerprint of an open file, or why it has none. */
  static Content read(FileChannel channel) throws IOException {
    ZipEnd zip = new ZipEnd(channel, channel.size());
    try {
      return new Content.Fingerprint(zip.fingerprint());
    } catch (Damage e) {
      return new Content.Damaged(e.getMessage());
    }
  }

  private String fingerprint() throws IOException, Damage {
    check(size >= END_BYTES, "too short for a zip: cut off, or never written");
    check(bytes(0, 4).getInt() == LOCAL_SIGNATURE, "does not begin as a zip");
    long end = end();
    Directory directory = directory(end);
    check(
        directory.bytes() <= DIRECTORY_BYTES_MAX,
        "its zip directory has " + directory.bytes() + " bytes, more than any checkpoint's");
    check(
        directory.offset() >= 0 && directory.offset() + directory.bytes() == directory.records(),
        "its zip directory is not where its end says: bytes are missing or were added");
    ByteBuffer entries = bytes(directory.offset(), (int) directory.bytes());
    checkEntries(entries, directory);
    MessageDigest digest = sha256();
    digest.update(entries.rewind());
    digest.update(bytes(directory.records(), (int) (size - directory.records())));
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Offset of the end record: the last signature whose comment reaches exactly to the end. */
  private long end() throws IOException, Damage {
    int length = (int) Math.min(size, END_BYTES + COMMENT_BYTES_MAX);
    long from = size - length;
    ByteBuffer tail = bytes(from, length);
    for (int at = length - END_BYTES; at >= 0; at--) {
      boolean signed = tail.getInt(at) == END_SIGNATURE;
      if (signed && at + END_BYTES + unsigned16(tail, at + 20) == length) {
        return from + at;
      }
    }
    throw new Damage("its zip end is not readable: cut off, or not completely written");
  }

  private Directory directory(long end) throws IOException, Damage {
    ByteBuffer record = bytes(end, END_BYTES);
    Directory small =
        new Directory(unsigned16(record, 10), unsigned32(record, 16), unsigned32(record, 12), end);
    boolean mayBeLarge = end >= LOCATOR_BYTES + END64_BYTES;
    if (!mayBeLarge) {
      return small;
    }
    ByteBuffer locator = bytes(end - LOCATOR_BYTES, LOCATOR_BYTES);
    if (locator.getInt(0) != LOCATOR_SIGNATURE) {
      return small;
    }
    long at = locator.getLong(8);
    check(
        at >= 0 && at <= end - LOCATOR_BYTES - END64_BYTES,
        "its zip64 end is not where its locator says");
    ByteBuffer large = bytes(at, END64_BYTES);
    check(large.getInt(0) == END64_SIGNATURE, "its zip64 end is not readable");
    long bytes = large.getLong(40);
    check(bytes >= 0, "its zip64 end is not readable");
    return new Directory(large.getLong(32), large.getLong(48), bytes, at);
  }

  private static void checkEntries(ByteBuffer entries, Directory directory) throws Damage {
    long count = 0;
    int at = 0;
    while (at < entries.limit()) {
      boolean whole = at + ENTRY_BYTES <= entries.limit();
      check(whole && entries.getInt(at) == ENTRY_SIGNATURE, "its zip directory is not readable");
      int name = unsigned16(entries, at + 28);
      int extra = unsigned16(entries, at + 30);
      int next = at + ENTRY_BYTES + name + extra + unsigned16(entries, at + 32);
      check(next <= entries.limit(), "its zip directory is not readable");
      checkReach(entries, at, name, extra, directory.offset());
      count++;
      at = next;
    }
    check(
        count == directory.count() && count > 0,
        "its zip directory has " + count + " entries, its end says " + directory.count());
  }

  /** The entry's bytes must lie before the directory. */
  private static void checkReach(ByteBuffer entries, int at, int name, int extra, long limit)
      throws Damage {
    long packed = unsigned32(entries, at + 20);
    long unpacked = unsigned32(entries, at + 24);
    long offset = unsigned32(entries, at + 42);
    int field = at + ENTRY_BYTES + name;
    int end = field + extra;
    while (field + 4 <= end) {
      int kind = unsigned16(entries, field);
      int next = field + 4 + unsigned16(entries, field + 2);
      check(next <= end, "its zip directory is not readable");
      if (kind == 1) {
        // Only what does not fit in 32 bits is here, in this order.
        int value = field + 4 + (unpacked == IN_ZIP64 ? 8 : 0);
        if (packed == IN_ZIP64 && value + 8 <= next) {
          packed = entries.getLong(value);
          value += 8;
        }
        if (offset == IN_ZIP64 && value + 8 <= next) {
          offset = entries.getLong(value);
        }
      }
      field = next;
    }
    boolean within =
        packed >= 0
            && offset >= 0
            && packed <= limit
            && offset <= limit - LOCAL_BYTES - name - packed;
    check(within, "its zip directory names bytes that the file does not have");
  }

  private ByteBuffer bytes(long from, int length) throws IOException, Damage {
    check(from >= 0 && from + length <= size, "its zip end names bytes that it does not have");
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, from + buffer.position());
      if (read < 0) {
        throw new IOException("the file was cut while it was read");
      }
    }
    return buffer.flip();
  }

  private static void check(boolean holds, String otherwise) throws Damage {
    if (!holds) {
      throw new Damage(otherwise);
    }
  }

  private static int unsigned16(ByteBuffer buffer, int at) {
    return Short.toUnsignedInt(buffer.getShort(at));
  }

  private static long unsigned32(ByteBuffer buffer, int at) {
    return Integer.toUnsignedLong(buffer.getInt(at));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
