package org.bloomery.core.checkpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Chooses the checkpoint that the next attempt starts from: the newest that can be trusted. */
public final class CheckpointChooser {

  /** How a choice came out. */
  public enum Outcome {
    /** One was chosen. */
    CHOSEN,
    /** None was ever sealed: the training may start from its first iteration. */
    NONE_SEALED,
    /** Some were sealed, but none of them is intact: starting anew must be a person's word. */
    NONE_INTACT,
    /** One that might be the right one cannot be read now: wait and look again. */
    CANNOT_TELL
  }

  /** A newer checkpoint that was passed over, and why. */
  public record Rejected(SealedCheckpoint checkpoint, String why) {}

  /**
   * The choice.
   *
   * @param chosen present exactly for {@link Outcome#CHOSEN}
   * @param rejected newest first
   * @param why one sentence for people
   */
  public record Choice(
      Outcome outcome, Optional<SealedCheckpoint> chosen, List<Rejected> rejected, String why) {
    public Choice {
      rejected = List.copyOf(rejected);
    }
  }

  private CheckpointChooser() {}

  /**
   * Looks at the sealed ones from the newest on until one is as it was when it was sealed.
   *
   * <p>One that cannot be read ends the search: going on to an older one would throw away training
   * because a file system was slow.
   *
   * @param lineage those that the run may go back to, in any order
   * @param verdictNow a fresh look; asked only as far as needed
   */
  public static Choice choose(
      List<SealedCheckpoint> lineage, Function<CheckpointRef, Verdict> verdictNow) {
    List<SealedCheckpoint> newestFirst =
        lineage.stream().sorted(Comparator.comparing(SealedCheckpoint::ref).reversed()).toList();
    List<Rejected> rejected = new ArrayList<>();
    for (SealedCheckpoint candidate : newestFirst) {
      Verdict verdict = verdictNow.apply(candidate.ref());
      if (verdict instanceof Verdict.Unreadable unreadable) {
        return new Choice(
            Outcome.CANNOT_TELL,
            Optional.empty(),
            rejected,
            candidate.ref() + " cannot be read now (" + unreadable.why() + ")" + passed(rejected));
      }
      Optional<String> problem = candidate.problem(verdict);
      if (problem.isEmpty()) {
        return new Choice(
            Outcome.CHOSEN,
            Optional.of(candidate),
            rejected,
            candidate.ref() + " is the newest intact sealed checkpoint" + passed(rejected));
      }
      rejected.add(new Rejected(candidate, problem.get()));
    }
    return rejected.isEmpty()
        ? new Choice(
            Outcome.NONE_SEALED, Optional.empty(), List.of(), "no checkpoint was sealed yet")
        : new Choice(
            Outcome.NONE_INTACT,
            Optional.empty(),
            rejected,
            "none of " + rejected.size() + " sealed checkpoints is intact" + passed(rejected));
  }

  private static String passed(List<Rejected> rejected) {
    if (rejected.isEmpty()) {
      return "";
    }
    Rejected newest = rejected.get(0);
    String more = rejected.size() > 1 ? " and " + (rejected.size() - 1) + " more" : "";
    return "; passed over " + newest.checkpoint().ref() + " (" + newest.why() + ")" + more;
  }
}
