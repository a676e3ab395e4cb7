package org.bloomery.core.spec;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that somebody probably meant. */
final class Nearest {
  private static final int LENGTH_MAX = 64;

  private Nearest() {}

  /** {@code Did you mean 'x'? } with a blank after it, or nothing. */
  static String question(String word, List<String> known) {
    return to(word, known).map(near -> "Did you mean '" + near + "'? ").orElse("");
  }

  /** The known word at the smallest edit distance, if that is at most a third of its length. */
  static Optional<String> to(String word, List<String> known) {
    if (word.length() > LENGTH_MAX) {
      return Optional.empty();
    }
    String asked = simplified(word);
    String best = null;
    int bestDistance = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance = distance(asked, simplified(candidate));
      if (distance <= Math.max(1, candidate.length() / 3) && distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  /** {@code hidden_size}, {@code hidden-size} and {@code HiddenSize} are the same to people. */
  private static String simplified(String word) {
    return word.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
  }

  /** Insertions, deletions, replacements and swaps of neighbours (Damerau-Levenshtein). */
  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        cost[i][j] = i == 0 ? j : j == 0 ? i : step(a, b, i, j, cost);
      }
    }
    return cost[a.length()][b.length()];
  }

  private static int step(String a, String b, int i, int j, int[][] cost) {
    int replace = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int least = Math.min(replace, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
  }
}
