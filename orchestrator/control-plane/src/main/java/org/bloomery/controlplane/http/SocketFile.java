package org.bloomery.controlplane.http;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** The socket's place in the file system: at most one live server owns it. */
final class SocketFile {
  /** The kernel's limit on {@code sun_path}, with its final zero byte (unix(7)). */
  static final int PATH_BYTES_MAX = 107;

  private SocketFile() {}

  /** Something that happens while nobody else may touch the path. */
  @FunctionalInterface
  interface Binding {
    void bind() throws IOException;
  }

  /**
   * Binds a socket where none is, or where a dead server left one.
   *
   * @throws IOException with a sentence for people, where a server is alive or the path is no
   *     socket
   */
  static void claim(Path socket, Binding binding) throws IOException {
    if (socket.toString().getBytes(StandardCharsets.UTF_8).length > PATH_BYTES_MAX) {
      throw new IOException(
          "the socket's path is longer than the "
              + PATH_BYTES_MAX
              + " bytes that the kernel allows: "
              + socket
              + ". Set XDG_RUNTIME_DIR to a directory with a shorter path");
    }
    Path lock = socket.resolveSibling(socket.getFileName() + ".lock");
    // Two servers that start at once would each find the other's fresh socket unanswering.
    try (FileChannel channel =
            FileChannel.open(
                lock,
                java.util.Set.of(
                    StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rw-------")));
        FileLock held = channel.lock()) {
      if (!held.isValid()) {
        throw new IOException("cannot lock " + lock);
      }
      removeStale(socket);
      binding.bind();
    }
  }

  private static void removeStale(Path socket) throws IOException {
    if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    boolean isSocket =
        (boolean) Files.readAttributes(socket, "isOther", LinkOption.NOFOLLOW_LINKS).get("isOther");
    if (!isSocket) {
      throw new IOException(socket + " is not a socket. Move it away");
    }
    if (answers(socket)) {
      throw new IOException(
          "a control plane already answers at "
              + socket
              + ". Stop it first, or use it; one that is to stand by on this machine needs"
              + " another XDG_RUNTIME_DIR");
    }
    Files.delete(socket);
  }

  /** Whether a process listens there: a dead one's socket refuses the connection. */
  private static boolean answers(Path socket) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      return false;
    }
  }
}
