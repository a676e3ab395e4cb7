package org.bloomery.core.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bloomery.core.id.NodeName;
import org.bloomery.core.nodes.NodeHealth;
import org.bloomery.core.spec.RestartLimits;

/**
 * The nodes that the next attempt must do without, besides those of the spec: what people exclude,
 * and what was blamed lately for the end of one of the run's attempts. There are never so many that
 * fewer nodes remain than the run needs.
 *
 * @param nodes sorted
 * @param spared how many more should be excluded, but are needed
 */
record Exclusions(List<String> nodes, int spared) {

  static Exclusions of(Situation now) {
    RunPolicy.NodeNeed need = now.policy().nodes();
    int room = Math.max(0, need.available() - need.needed() - need.excluded().size());
    List<String> wanted = new ArrayList<>(now.seen().nodes().excludedAt(now.now()));
    for (String suspect : suspects(now)) {
      if (!wanted.contains(suspect)) {
        wanted.add(suspect);
      }
    }
    wanted.removeIf(node -> need.excluded().contains(node) || !NodeName.isValid(node));
    List<String> kept = wanted.subList(0, Math.min(room, wanted.size()));
    return new Exclusions(kept.stream().sorted().toList(), wanted.size() - kept.size());
  }

  /** The newest blame first. */
  private static List<String> suspects(Situation now) {
    RestartLimits.Exclude rule = now.policy().restart().exclude();
    Instant since = now.now().minus(rule.period());
    List<Suspect> all = now.run().suspects();
    List<String> names = new ArrayList<>();
    for (int i = all.size() - 1; i >= 0 && names.size() < rule.maximum(); i--) {
      Suspect suspect = all.get(i);
      boolean lifted =
          now.seen()
              .nodes()
              .node(suspect.node())
              .map((NodeHealth node) -> node.isReadmittedSince(suspect.at()))
              .orElse(false);
      if (suspect.at().isAfter(since) && !lifted && !names.contains(suspect.node())) {
        names.add(suspect.node());
      }
    }
    return names;
  }

  /** For the sentence that says why; empty where nothing is excluded. */
  String words() {
    String without = nodes.isEmpty() ? "" : "; without " + String.join(", ", nodes);
    return spared == 0
        ? without
        : without + "; " + spared + " more should be excluded, but the run needs the nodes";
  }
}
