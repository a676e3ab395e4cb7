package org.bloomery.core.spec;

import java.util.List;

/**
 * Of when a profile's facts are, and who says so.
 *
 * @param asOf a day or a month, such as {@code 2022-07-28} or {@code 2022-07}
 * @param sources for people
 */
public record Documented(String asOf, List<String> sources) {
  public Documented {
    sources = List.copyOf(sources);
  }
}
