package org.bloomery.controlplane.config;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Directories that belong to this user and that nobody else may change. */
final class OwnDirectory {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private OwnDirectory() {}

  /** Makes a directory, and what leads to it, for this user only; one that is there stays. */
  static void create(Path directory) throws HomeException {
    try {
      Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (FileAlreadyExistsException file) {
      throw new HomeException(file.getFile() + " is not a directory: move it away");
    } catch (IOException failed) {
      throw new HomeException(
          "cannot make the directory " + directory + ": look at the rights and the space above it",
          failed);
    }
  }

  /** Insists that a directory is this user's and that nobody else can write in it. */
  static void check(Path directory) throws HomeException {
    Set<PosixFilePermission> rights = attributes(directory, true).permissions();
    if (rights.contains(PosixFilePermission.GROUP_WRITE)
        || rights.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new HomeException(
          directory
              + " can be written by others, and who writes there can run programs as you:"
              + " chmod 700 it");
    }
  }

  /** Insists that a directory is a real one, this user's, and that nobody else can even enter. */
  static void checkPrivate(Path directory) throws HomeException {
    Set<PosixFilePermission> rights = attributes(directory, false).permissions();
    if (!rights.equals(OWNER_ONLY)) {
      throw new HomeException(
          directory
              + " has mode "
              + PosixFilePermissions.toString(rights)
              + " instead of rwx------: somebody has changed it; remove it");
    }
  }

  private static PosixFileAttributes attributes(Path directory, boolean followLinks)
      throws HomeException {
    LinkOption[] options =
        followLinks ? new LinkOption[0] : new LinkOption[] {LinkOption.NOFOLLOW_LINKS};
    PosixFileAttributes attributes;
    boolean ours;
    try {
      attributes = Files.readAttributes(directory, PosixFileAttributes.class, options);
      ours = Files.getAttribute(directory, "unix:uid", options).equals(uid());
    } catch (IOException failed) {
      throw new HomeException("cannot look at " + directory + ": look at its rights", failed);
    }
    if (!attributes.isDirectory()) {
      throw new HomeException(directory + " is not a directory: move it away");
    }
    if (!ours) {
      throw new HomeException(
          directory + " belongs to " + attributes.owner() + ", not to you: choose another one");
    }
    return attributes;
  }

  /** The number of the user that this process runs as. */
  static int uid() throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }
}
