package io.servicegroup.config;

import java.util.Collection;
import java.util.Comparator;

/** Finds the known key that is most like a mistyped one. */
final class NearestKey {

  private NearestKey() {}

  /** The known key with the smallest edit distance; the first in alphabetical order on a tie. */
  static String of(String given, Collection<String> known) {
    return known.stream()
        .min(
            Comparator.<String>comparingInt(key -> distance(given, key))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  private static int distance(String given, String known) {
    // The time grows with the product of both lengths, and a longer text is no mistyped key.
    String a = given.length() > 60 ? given.substring(0, 60) : given;
    int[] above = new int[known.length() + 1];
    for (int j = 0; j <= known.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[known.length() + 1];
      row[0] = i;
      for (int j = 1; j <= known.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == known.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
      }
      above = row;
    }
    return above[known.length()];
  }
}
