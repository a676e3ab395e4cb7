package org.bloomery.core.spec;

import java.util.List;

/**
 * The part of an allocation that a team or a user may use at most.
 *
 * @param share of what it is a part of: the allocation, or the share around it
 * @param within parts of this part
 */
public record AllocationShare(Kind kind, String name, double share, List<AllocationShare> within) {

  /** Whose it is. */
  public enum Kind {
    TEAM("team"),
    USER("user");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }

  public AllocationShare {
    within = List.copyOf(within);
  }
}
