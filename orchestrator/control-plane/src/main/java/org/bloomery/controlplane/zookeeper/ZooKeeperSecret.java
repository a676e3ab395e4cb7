package org.bloomery.controlplane.zookeeper;

import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.server.auth.DigestAuthenticationProvider;
import org.bloomery.controlplane.files.AtomicFiles;

/**
 * What tells this home's processes from all others that can reach its ZooKeeper: on a login node
 * the loopback interface belongs to everybody, and whoever could write a run's state could run
 * commands as its owner.
 */
public final class ZooKeeperSecret {
  private static final Pattern RULE = Pattern.compile("[0-9a-f]{64}");
  private static final int BYTES = 32;
  private static final Set<PosixFilePermission> OWNER_ONLY = Set.of(OWNER_READ, OWNER_WRITE);

  private final String credentials;

  private ZooKeeperSecret(String hex) {
    credentials = "bloomery:" + hex;
  }

  /**
   * The secret of a home, made on the first call.
   *
   * @throws DurableStateException if the file is readable for others, is none of ours, or is
   *     missing beside a state that needs it
   */
  public static ZooKeeperSecret ofHome(Path home) {
    Path file = home.resolve("zookeeper-secret");
    try {
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        create(home, file);
      }
      return read(file);
    } catch (IOException e) {
      throw new DurableStateException(
          file
              + ": the secret for ZooKeeper cannot be read or made ("
              + e
              + "). "
              + "The home must be a writable directory.",
          e);
    }
  }

  private static void create(Path home, Path file) throws IOException {
    Path state = EmbeddedZooKeeper.dataDirectory(home);
    if (Files.exists(state)) {
      throw new DurableStateException(
          file
              + " is missing, and without it the state in "
              + state
              + " cannot be opened. "
              + "Restore the file from a backup, or choose another BLOOMERY_HOME.");
    }
    Files.createDirectories(home);
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    String line = HexFormat.of().formatHex(random) + "\n";
    try {
      byte[] content = line.getBytes(StandardCharsets.US_ASCII);
      AtomicFiles.createNew(file, content, AtomicFiles.Access.OWNER);
    } catch (FileAlreadyExistsException e) {
      // Another process was first; its secret counts.
      return;
    }
  }

  private static ZooKeeperSecret read(Path file) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new DurableStateException(
          file + " is not a regular file. Remove it, and restore the real one from a backup.");
    }
    if (!OWNER_ONLY.containsAll(attributes.permissions())) {
      throw new DurableStateException(
          file
              + " has mode "
              + PosixFilePermissions.toString(attributes.permissions())
              + ": others may know the secret that protects this home's state. "
              + "If nobody else could have read it, run: chmod 600 "
              + file);
    }
    String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
    if (!RULE.matcher(text).matches()) {
      throw new DurableStateException(
          file + " does not hold 64 hex digits. Restore it from a backup.");
    }
    return new ZooKeeperSecret(text);
  }

  /** What the session presents under ZooKeeper's scheme {@code digest}. */
  byte[] credentials() {
    return credentials.getBytes(StandardCharsets.US_ASCII);
  }

  /** Everything for us, nothing for anybody else. */
  List<ACL> ownerOnly() {
    try {
      String digest = DigestAuthenticationProvider.generateDigest(credentials);
      // Not List.of, which throws where ZooKeeper asks it whether it contains null.
      return Collections.singletonList(new ACL(ZooDefs.Perms.ALL, new Id("digest", digest)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("ZooKeeper's digest algorithm is missing", e);
    }
  }
}
