package org.bloomery.core.spec;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A file system, or the part of one that has a quota.
 *
 * @param path absolute; all below it lies in this space, unless a space with a longer path has it
 * @param bytes the quota
 * @param inodes the quota of files and directories
 * @param per whose quota it is
 * @param purgeAfter files that nobody has read for so long are deleted
 */
public record Space(
    String name,
    String path,
    OptionalLong bytes,
    OptionalLong inodes,
    Per per,
    Optional<Duration> purgeAfter,
    boolean backedUp) {

  /** Who shares a quota. */
  public enum Per implements SpecWord {
    USER("user"),
    PROJECT("project"),
    /** Everybody who computes there. */
    SITE("site");

    private final String word;

    Per(String word) {
      this.word = word;
    }

    @Override
    public String word() {
      return word;
    }
  }

  /** Whether an absolute path lies below this space's, or is it. */
  public boolean holds(String file) {
    return file.equals(path) || path.equals("/") || file.startsWith(path + "/");
  }
}
