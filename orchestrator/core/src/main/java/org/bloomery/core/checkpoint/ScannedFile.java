package org.bloomery.core.checkpoint;

import java.time.Instant;

/**
 * One entry of a checkpoint's directory, as one look found it.
 *
 * @param bytes its size; 0 for what is not a regular file
 * @param modified its time of modification, as precise as the file system has it
 */
public record ScannedFile(String name, long bytes, Instant modified, Content content) {

  /** What the cheap look into a file says; only its end is read, however large it is. */
  public sealed interface Content {
    /** The zip's directory is whole; SHA-256 of it, in hex. */
    record Fingerprint(String sha256) implements Content {}

    /** It is not the zip that PyTorch writes. */
    record Damaged(String why) implements Content {}

    /** It is a directory, a link or the like. */
    record NotRegular(String what) implements Content {}
  }
}
