package org.bloomery.controlplane.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/**
 * What the holder of a lock writes about itself into the locked file. It is written in place: a
 * rename would leave the lock on a file that nobody finds any more.
 */
public final class LockNote {
  private LockNote() {}

  /** Replaces what the file says; for people only, since a crash can leave half of it. */
  public static void write(FileChannel locked, String text) throws IOException {
    locked.truncate(0);
    locked.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }
}
