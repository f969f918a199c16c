package dev.resnet.api;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Suggests the correct spelling of a misspelt name. */
public final class Spelling {
  private static final int MOST_EDITS = 2;

  private Spelling() {}

  /** The known name closest to the unknown one; empty if none is similar enough. */
  static Optional<String> nearest(String unknown, Collection<String> known) {
    String lower = unknown.toLowerCase(Locale.ROOT);
    return known.stream()
        .filter(name -> Math.abs(name.length() - lower.length()) <= MOST_EDITS)
        // Two edits turn any two-letter name into any other, so at least half must be right.
        .filter(name -> edits(lower, name) <= Math.min(MOST_EDITS, name.length() / 2))
        .min(
            Comparator.comparingInt((String name) -> edits(lower, name))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** The message for an unknown field. */
  public static String unknownField(String name, Collection<String> known) {
    return "is not a known field"
        + nearest(name, known).map(near -> "; did you mean '" + near + "'?").orElse("");
  }

  /** Levenshtein distance with swapped neighbours as one edit (optimal string alignment). */
  public static int edits(String a, String b) {
    int[][] distance = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        distance[i][j] = i == 0 ? j : j == 0 ? i : distance(distance, a, b, i, j);
      }
    }
    return distance[a.length()][b.length()];
  }

  private static int distance(int[][] distance, String a, String b, int i, int j) {
    int replaced = distance[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int least = Math.min(replaced, 1 + Math.min(distance[i - 1][j], distance[i][j - 1]));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(least, 1 + distance[i - 2][j - 2]) : least;
  }
}
