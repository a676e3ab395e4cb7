package org.bloomery.controlplane.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bloomery.core.id.HomeId;

/**
 * The directory of a home's socket, on this machine and nobody else's to enter: {@code
 * $XDG_RUNTIME_DIR/bloomery-<home id>/}, or {@code /tmp/bloomery-<uid>-<home id>/}.
 *
 * @param path of the directory
 */
public record SocketDirectory(Path path) {
  /** The kernel's limit for a socket's path, without its final zero byte; see unix(7). */
  static final int SOCKET_BYTES_MAX = 107;

  private static final String SOCKET = "control.sock";

  /** The socket itself. */
  public Path socket() {
    return path.resolve(SOCKET);
  }

  /** Where the socket is or would be, without making or testing anything: what a client needs. */
  public static SocketDirectory of(HomeId home, Map<String, String> environment)
      throws HomeException {
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    if (runtime.startsWith("/")
        && Files.isDirectory(Path.of(runtime))
        && fits(Path.of(runtime, "bloomery-" + home))) {
      return new SocketDirectory(Path.of(runtime, "bloomery-" + home));
    }
    try {
      return new SocketDirectory(Path.of("/tmp", "bloomery-" + OwnDirectory.uid() + "-" + home));
    } catch (IOException failed) {
      throw new HomeException("cannot tell which user this is: is /proc mounted?", failed);
    }
  }

  /** Makes the directory, or insists that the one that is there is ours alone. */
  static SocketDirectory open(HomeId home, Map<String, String> environment) throws HomeException {
    SocketDirectory directory = of(home, environment);
    OwnDirectory.create(directory.path());
    // Even if it was just made: in /tmp somebody may have been quicker.
    OwnDirectory.checkPrivate(directory.path());
    return directory;
  }

  private static boolean fits(Path directory) {
    Path socket = new SocketDirectory(directory).socket();
    return socket.toString().getBytes(StandardCharsets.UTF_8).length <= SOCKET_BYTES_MAX;
  }
}
