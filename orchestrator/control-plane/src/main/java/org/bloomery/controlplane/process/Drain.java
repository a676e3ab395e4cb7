package org.bloomery.controlplane.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Reads a stream to its end on a thread of its own and keeps the first bytes; a process that is not
 * read from stops at a full pipe.
 */
final class Drain {
  private final InputStream stream;
  private final int bytesMax;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private final Thread reader;
  private boolean truncated;

  private Drain(InputStream stream, int bytesMax) {
    this.stream = stream;
    this.bytesMax = bytesMax;
    this.reader = new Thread(this::read, "process-output");
    reader.setDaemon(true);
  }

  static Drain of(InputStream stream, int bytesMax) {
    Drain drain = new Drain(stream, bytesMax);
    drain.reader.start();
    return drain;
  }

  /** Waits for the end of the stream, at most so long: a grandchild may hold it open for ever. */
  void await(Duration atMost) throws InterruptedException {
    reader.join(atMost.toMillis());
  }

  synchronized String text() {
    return kept.toString(StandardCharsets.UTF_8);
  }

  synchronized boolean truncated() {
    return truncated;
  }

  private void read() {
    byte[] buffer = new byte[8192];
    try (stream) {
      for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
        keep(buffer, count);
      }
    } catch (IOException closed) {
      // The process was killed while it wrote: what was kept is what there is.
    }
  }

  private synchronized void keep(byte[] buffer, int count) {
    int room = Math.min(count, bytesMax - kept.size());
    kept.write(buffer, 0, room);
    truncated |= room < count;
  }
}
