package org.bloomery.controlplane.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * Reads what is new in a log, some megabytes at a time.
 *
 * <p>Not for use by several threads.
 */
public final class LogTail {
  /** So much is read in one step at most, in bytes. */
  public static final int STEP_BYTES_MAX = 8 * 1024 * 1024;

  /** What one step has read. */
  public static final class Step {
    private final byte[] bytes;
    private final boolean restarted;
    private final boolean toEnd;

    private Step(byte[] bytes, boolean restarted, boolean toEnd) {
      this.bytes = bytes;
      this.restarted = restarted;
      this.toEnd = toEnd;
    }

    /** New bytes, perhaps none; theirs who asked. */
    public byte[] bytes() {
      return bytes;
    }

    /**
     * Whether the file was cut or replaced: these bytes are its first, and what was read before is
     * to be forgotten.
     */
    public boolean restarted() {
      return restarted;
    }

    /** Whether the file's present end was reached. */
    public boolean toEnd() {
      return toEnd;
    }
  }

  private final Path file;
  private final int stepBytes;
  private long position = 0;
  private Object identity = null;

  /** A log read from its beginning. */
  public LogTail(Path file) {
    this(file, STEP_BYTES_MAX);
  }

  LogTail(Path file, int stepBytes) {
    this.file = file;
    this.stepBytes = stepBytes;
  }

  /**
   * Reads on; a log that does not exist yet has nothing new.
   *
   * @throws IOException if it cannot be read: then nothing is known, and the next call tries again
   */
  public Step next() throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      // Opening a pipe would wait for its writer.
      throw new IOException(file + " is not a regular file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      // A name may be given to another file at any time: what was opened is asked for, by size.
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      Object now = attributes.fileKey();
      long size = channel.size();
      boolean replaced = identity != null && !Objects.equals(identity, now);
      boolean restarted = position > 0 && (replaced || size < position);
      if (restarted) {
        position = 0;
      }
      identity = now;
      byte[] bytes = read(channel, (int) Math.min(stepBytes, size - position));
      position += bytes.length;
      return new Step(bytes, restarted, position >= size);
    } catch (NoSuchFileException e) {
      boolean restarted = position > 0;
      position = 0;
      identity = null;
      return new Step(new byte[0], restarted, true);
    }
  }

  private byte[] read(FileChannel channel, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, position + buffer.position());
      if (read < 0) {
        // Cut while it was read: the next step will find it shorter.
        break;
      }
    }
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return bytes;
  }
}
