package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A file system, or the part of one that has a quota.
 *
 * @param paths absolute directories, all names of the same place; what is below them lies in this
 *     space, unless a space with a longer path has it
 * @param bytes the quota
 * @param inodes the quota of files and directories
 * @param per whose quota it is
 * @param purgeAfter files that nobody has read for so long are deleted
 */
public record Space(
    String name,
    List<String> paths,
    OptionalLong bytes,
    OptionalLong inodes,
    Per per,
    Optional<Duration> purgeAfter,
    boolean backedUp) {

  public Space {
    paths = List.copyOf(paths);
  }

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

  /** The length of the longest of the paths that this absolute one is, or lies below; else 0. */
  int depthOf(String file) {
    return paths.stream()
        .filter(path -> (file + "/").startsWith(path.equals("/") ? path : path + "/"))
        .mapToInt(String::length)
        .max()
        .orElse(0);
  }
}
