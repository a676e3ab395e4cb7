package org.bloomery.core.report;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** By what a report sums up. */
public enum GroupBy {
  RUN,
  USER,
  ACCOUNT,
  TEAM,
  /** In which a job ended, in UTC. */
  MONTH,
  /** Likewise; weeks begin on Monday and belong to the year of their Thursday (ISO 8601). */
  WEEK,
  /** Why it ended. */
  CAUSE,
  /** A job's hours in equal parts for its nodes. */
  NODE;

  /** As people type it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What a word means, if anything. */
  public static Optional<GroupBy> of(String word) {
    return Arrays.stream(values()).filter(one -> one.word().equals(word)).findFirst();
  }

  /** Whether rows are told in the order of time, and not by their size. */
  public boolean isTime() {
    return this == MONTH || this == WEEK;
  }
}
