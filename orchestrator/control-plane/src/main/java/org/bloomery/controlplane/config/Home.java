package org.bloomery.controlplane.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bloomery.controlplane.files.AtomicFiles;
import org.bloomery.core.id.HomeId;

/**
 * The directory that holds everything durable of one control plane, made and tested before anything
 * is started in it.
 */
public final class Home {
  private static final String ID_FILE = "home-id";
  private static final int ID_BYTES_MAX = 64;

  private final Path root;
  private final HomeId id;

  private Home(Path root, HomeId id) {
    this.root = root;
    this.id = id;
  }

  /**
   * Where the home of this user is: {@code BLOOMERY_HOME}, or {@code .bloomery} in the user's own
   * directory.
   */
  public static Path locate(Map<String, String> environment) throws HomeException {
    String chosen = environment.getOrDefault("BLOOMERY_HOME", "");
    String text = chosen;
    if (chosen.isEmpty()) {
      String user = environment.getOrDefault("HOME", "");
      if (user.isEmpty()) {
        throw new HomeException(
            "neither BLOOMERY_HOME nor HOME is set: set BLOOMERY_HOME to a directory of yours");
      }
      text = user + "/.bloomery";
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new HomeException(
          "the home's path contains a newline or another control character: choose another one");
    }
    Path path;
    try {
      path = Path.of(text);
    } catch (InvalidPathException invalid) {
      throw new HomeException("the home '" + text + "' is no path: choose another one", invalid);
    }
    if (!path.isAbsolute()) {
      throw new HomeException(
          "the home '" + text + "' is not an absolute path: write it from '/' on");
    }
    return path.normalize();
  }

  /**
   * Makes a home, or opens the one that is there.
   *
   * @param freeBytesMin how much space must be free, in bytes
   */
  public static Home open(Path root, long freeBytesMin) throws HomeException {
    OwnDirectory.create(root);
    OwnDirectory.check(root);
    checkSpace(root, freeBytesMin);
    checkExclusiveCreate(root);
    Optional<HomeId> id = idOf(root);
    Home home = new Home(root, id.isPresent() ? id.get() : makeId(root));
    for (Path part : List.of(home.runs(), home.checkpoints(), home.data(), home.zookeeper())) {
      OwnDirectory.create(part);
    }
    return home;
  }

  public Path root() {
    return root;
  }

  public HomeId id() {
    return id;
  }

  /** The runs root: a directory for each run and attempt. */
  public Path runs() {
    return root.resolve("runs");
  }

  /** Where checkpoints lie if a spec names no other place. */
  public Path checkpoints() {
    return root.resolve("checkpoints");
  }

  /** Training data that was fetched or prepared. */
  public Path data() {
    return root.resolve("data");
  }

  /** The state of the embedded ZooKeeper. */
  public Path zookeeper() {
    return root.resolve("zookeeper");
  }

  /** Takes this home for one server, until it is closed or this process ends. */
  public HomeLock lock() throws HomeException {
    return HomeLock.take(root);
  }

  /** Where this home's socket belongs; not in the home, which may lie on a network. */
  public SocketDirectory socketDirectory(Map<String, String> environment) throws HomeException {
    return SocketDirectory.open(id, environment);
  }

  private static void checkSpace(Path root, long freeBytesMin) throws HomeException {
    // Not by the FileStore: that looks for the mount point, which a chroot does not show. What
    // cannot
    // be told counts as none.
    long free = root.toFile().getUsableSpace();
    if (free < freeBytesMin) {
      throw new HomeException(
          "%s has %d MiB free, %d MiB are needed: make room, or set BLOOMERY_HOME to another place"
              .formatted(root, free >> 20, (freeBytesMin + (1 << 20) - 1) >> 20));
    }
  }

  /** Claims of attempts depend on it, and not every network file system has it. */
  private static void checkExclusiveCreate(Path root) throws HomeException {
    Path probe = root.resolve(".probe-" + ProcessHandle.current().pid());
    try {
      Files.deleteIfExists(probe);
      Files.createFile(probe);
      try {
        Files.createFile(probe);
        throw new HomeException(
            root
                + " is on a file system that creates an existing file once more:"
                + " set BLOOMERY_HOME to a place on another one");
      } catch (FileAlreadyExistsException asItMustBe) {
        // This is what keeps two jobs from owning one attempt.
      } finally {
        Files.deleteIfExists(probe);
      }
    } catch (IOException failed) {
      throw new HomeException(
          "cannot write in "
              + root
              + ": look at its rights and its quota, or set BLOOMERY_HOME to another place",
          failed);
    }
  }

  /** The id of the home in this directory, if there is one; nothing is made or changed. */
  public static Optional<HomeId> idOf(Path root) throws HomeException {
    Path file = root.resolve(ID_FILE);
    try (InputStream in = Files.newInputStream(file)) {
      String text = new String(in.readNBytes(ID_BYTES_MAX), StandardCharsets.UTF_8).strip();
      return Optional.of(new HomeId(text));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IllegalArgumentException damaged) {
      throw new HomeException(
          file
              + " does not hold six hex digits: restore it from a backup; the names of this home's"
              + " jobs end with them",
          damaged);
    } catch (IOException failed) {
      throw new HomeException("cannot read " + file + ": look at its rights", failed);
    }
  }

  private static HomeId makeId(Path root) throws HomeException {
    byte[] random = new byte[3];
    new SecureRandom().nextBytes(random);
    String text = HexFormat.of().formatHex(random) + "\n";
    try {
      AtomicFiles.createNew(root.resolve(ID_FILE), text.getBytes(StandardCharsets.UTF_8));
    } catch (FileAlreadyExistsException another) {
      // Another process was quicker: its id counts.
    } catch (IOException failed) {
      throw new HomeException("cannot write " + root.resolve(ID_FILE), failed);
    }
    return idOf(root)
        .orElseThrow(() -> new HomeException(root.resolve(ID_FILE) + " has just been removed"));
  }
}
