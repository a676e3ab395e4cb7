package org.bloomery.core.script;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The word that a started job waits for: which body it may run, and from which checkpoint. It is to
 * appear by a rename, whole or not at all.
 *
 * @param bodySha256 of {@code body.sh}, in lower-case hex
 * @param iteration the checkpoint that {@code load/latest} has to name; absent means from scratch
 */
public record GoFile(int attempt, String bodySha256, Optional<Long> iteration) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  public GoFile {
    if (!SHA256.matcher(bodySha256).matches()) {
      throw new IllegalArgumentException("not a SHA-256 in lower-case hex: " + bodySha256);
    }
  }

  /** The file's content: one {@code key=value} a line, which the shell can read by itself. */
  public String text() {
    return "version=1\nattempt="
        + attempt
        + "\nbodySha256="
        + bodySha256
        + "\niteration="
        + iteration.map(String::valueOf).orElse("none")
        + "\n";
  }
}
