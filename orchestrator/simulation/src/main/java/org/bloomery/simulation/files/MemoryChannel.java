package org.bloomery.simulation.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** An open file. */
final class MemoryChannel extends FileChannel {
  private final Node.File file;
  private final MemoryFileSystem system;
  private final Path path;
  private int position;

  MemoryChannel(Node.File file, MemoryFileSystem system, Path path) {
    this.file = file;
    this.system = system;
    this.path = path;
  }

  @Override
  public int read(ByteBuffer into) {
    int read = read(into, position);
    position += Math.max(0, read);
    return read;
  }

  @Override
  public int read(ByteBuffer into, long from) {
    if (from >= file.size()) {
      return -1;
    }
    byte[] bytes = new byte[(int) Math.min(into.remaining(), file.size() - from)];
    int read = file.read((int) from, bytes, 0, bytes.length);
    into.put(bytes, 0, read);
    return read;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    system.meet(MemoryFileSystem.Operation.WRITE, path);
    byte[] bytes = new byte[from.remaining()];
    from.get(bytes);
    file.write(position, bytes);
    file.touch(system.time().instant());
    position += bytes.length;
    return bytes.length;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public FileChannel position(long next) {
    position = (int) next;
    return this;
  }

  @Override
  public long size() {
    return file.size();
  }

  @Override
  public void force(boolean metaData) {}

  @Override
  protected void implCloseChannel() {}

  @Override
  public long read(ByteBuffer[] into, int offset, int length) {
    throw new UnsupportedOperationException("several buffers");
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) {
    throw new UnsupportedOperationException("several buffers");
  }

  @Override
  public int write(ByteBuffer from, long at) {
    throw new UnsupportedOperationException("writing anywhere");
  }

  @Override
  public FileChannel truncate(long size) {
    throw new UnsupportedOperationException("cutting");
  }

  @Override
  public long transferTo(long from, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException("transfers");
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long at, long count) {
    throw new UnsupportedOperationException("transfers");
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long from, long size) {
    throw new UnsupportedOperationException("mapping");
  }

  @Override
  public FileLock lock(long from, long size, boolean shared) {
    throw new UnsupportedOperationException("locks");
  }

  @Override
  public FileLock tryLock(long from, long size, boolean shared) {
    throw new UnsupportedOperationException("locks");
  }
}
