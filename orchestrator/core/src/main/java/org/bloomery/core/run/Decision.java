package org.bloomery.core.run;

import java.util.List;

/**
 * What follows from a run's state and from what was seen.
 *
 * @param facts to be recorded; empty when nothing changes
 * @param effects to be performed once the facts are durable
 * @param why one sentence for people
 */
public record Decision(List<RunEvent> facts, List<Effect> effects, String why) {
  public Decision {
    facts = List.copyOf(facts);
    effects = List.copyOf(effects);
  }

  static Decision wait(String why) {
    return new Decision(List.of(), List.of(), why);
  }
}
