package org.bloomery.core.id;

import java.util.Optional;

/** The one place that knows how an attempt's number is written in paths: {@code attempts/0007}. */
public final class AttemptDirectory {
  /** More attempts than four digits can name are refused long before (restart limits). */
  public static final int ATTEMPTS_MAX = 9999;

  private AttemptDirectory() {}

  /** {@code <runs root>/<run>/attempts/0007}, without regard to what lies on the disk. */
  public static String of(String root, RunId run, int attempt) {
    return root + "/" + run.value() + "/attempts/" + name(attempt);
  }

  /** The last part of the path: four digits. */
  public static String name(int attempt) {
    if (attempt < 1 || attempt > ATTEMPTS_MAX) {
      throw new IllegalArgumentException("attempt numbers go from 1 to 9999: " + attempt);
    }
    String digits = Integer.toString(attempt);
    return "0".repeat(4 - digits.length()) + digits;
  }

  /** The attempt that a work directory belongs to, if it is one of ours. */
  public static Optional<Integer> attemptOf(String workDirectory) {
    int slash = workDirectory.lastIndexOf('/');
    String last = workDirectory.substring(slash + 1);
    boolean ours =
        last.length() == 4
            && last.chars().allMatch(c -> c >= '0' && c <= '9')
            && workDirectory.substring(0, Math.max(slash, 0)).endsWith("/attempts");
    return ours && !last.equals("0000") ? Optional.of(Integer.parseInt(last)) : Optional.empty();
  }
}
