package org.bloomery.controlplane.slurm;

import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * The query of nodes, for the end of a job by a node's failure: neither the queue nor, before SLURM
 * 23.02, the accounting says which of the job's nodes it was.
 */
final class Sinfo {
  /** Between marks, as in {@link Squeue}: name, state, and since when it has its reason. */
  static final String FORMAT = "bloomery|%N|%T|%H|end";

  private static final String TITLE = "bloomery|NODELIST|STATE|TIMESTAMP|end";

  private Sinfo() {}

  /**
   * One node, in one of its partitions.
   *
   * @param state in words; a star after it means that the node does not respond
   * @param since when it was declared unfit, if it is
   */
  record Node(String name, String state, OptionalLong since) {

    /** Whether it can run no job now, and that since this time or later. */
    boolean isLostSince(OptionalLong time) {
      boolean lost = state.startsWith("down") || state.endsWith("*");
      return lost && since.isPresent() && time.isPresent() && since.getAsLong() >= time.getAsLong();
    }
  }

  /** These nodes, also those in partitions that are hidden. */
  static List<String> nodes(Collection<String> names) {
    return List.of(
        "--all",
        "--local",
        "--Node",
        "--nodes=" + String.join(",", new TreeSet<>(names)),
        "--format=" + FORMAT);
  }

  /** Reads the answer. */
  static Report<List<Node>> read(Answer answer) {
    return Report.of(answer, Sinfo::read);
  }

  private static Report<List<Node>> read(Answer.Ended said) {
    if (said.complains()) {
      return new Report.Unclear<>("sinfo: " + said.words());
    }
    List<String> lines = said.output().lines().toList();
    if (lines.isEmpty() || !lines.get(0).equals(TITLE)) {
      return new Report.Unclear<>("sinfo printed something else: " + said.words());
    }
    return new Report.Clear<>(
        lines.stream()
            .skip(1)
            .map(line -> line.split("\\|", -1))
            .filter(fields -> fields.length == 5)
            .map(fields -> new Node(fields[1], fields[2], Epoch.parse(fields[3])))
            .toList());
  }
}
