package org.bloomery.controlplane.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.bloomery.controlplane.files.LockNote;

/**
 * The right to be the one server of a home. It ends with the process, however that ends.
 *
 * <p>POSIX drops a process's locks on a file as soon as the process closes any descriptor of it
 * (fcntl(2)); so nothing else in this program may open the lock file, and homes that this very
 * process holds are remembered here.
 */
public final class HomeLock implements AutoCloseable {
  private static final String FILE = "server.lock";
  private static final int HOLDER_BYTES_MAX = 300;
  private static final Set<Path> HELD_HERE = new ConcurrentSkipListSet<>();

  private final Path home;
  private final FileChannel channel;

  private HomeLock(Path home, FileChannel channel) {
    this.home = home;
    this.channel = channel;
  }

  static HomeLock take(Path root) throws HomeException {
    Path home;
    try {
      home = root.toRealPath();
    } catch (IOException failed) {
      throw new HomeException("cannot look at " + root, failed);
    }
    if (!HELD_HERE.add(home)) {
      throw taken(home, Long.toString(ProcessHandle.current().pid()));
    }
    boolean locked = false;
    try {
      HomeLock lock = lock(home);
      locked = true;
      return lock;
    } catch (IOException failed) {
      throw new HomeException(
          "cannot lock " + home.resolve(FILE) + ": does its file system know locks?", failed);
    } finally {
      if (!locked) {
        HELD_HERE.remove(home);
      }
    }
  }

  private static HomeLock lock(Path home) throws IOException, HomeException {
    Path file = home.resolve(FILE);
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw taken(home, holder(file));
      }
      locked = true;
      String holder = ProcessHandle.current().pid() + " on " + HostName.here() + "\n";
      LockNote.write(channel, holder);
      return new HomeLock(home, channel);
    } finally {
      if (!locked) {
        channel.close();
      }
    }
  }

  private static HomeException taken(Path home, String holder) {
    return new HomeException(
        "another server (pid "
            + holder
            + ") runs on this home, "
            + home
            + ": use that one, stop it, or set BLOOMERY_HOME to another directory");
  }

  private static String holder(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      String text = new String(in.readNBytes(HOLDER_BYTES_MAX), StandardCharsets.UTF_8).strip();
      return text.matches("[0-9]+ on [A-Za-z0-9._-]+") ? text : "unknown";
    }
  }

  /** Lets another server have the home. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException failed) {
      // The descriptor is gone all the same, and with it the lock.
    } finally {
      HELD_HERE.remove(home);
    }
  }
}
