package org.bloomery.core.run;

import java.util.ArrayList;
import java.util.List;

/**
 * What follows from a run's state and from what was seen.
 *
 * @param facts to be recorded; empty when nothing changes
 * @param effects to be performed once the facts are durable
 * @param why one sentence for people
 */
public record Decision(List<RunEvent> facts, List<Effect> effects, String why) {
  /** Nothing, and nothing to say. */
  static final Decision NOTHING = wait("");

  public Decision {
    facts = List.copyOf(facts);
    effects = List.copyOf(effects);
  }

  static Decision wait(String why) {
    return new Decision(List.of(), List.of(), why);
  }

  static Decision fact(RunEvent fact, String why) {
    return new Decision(List.of(fact), List.of(), why);
  }

  static Decision effect(Effect effect, String why) {
    return new Decision(List.of(), List.of(effect), why);
  }

  /** Both; where the same is to be done twice, once. */
  Decision and(Decision other) {
    List<RunEvent> allFacts = new ArrayList<>(facts);
    allFacts.addAll(other.facts);
    List<Effect> allEffects = new ArrayList<>(effects);
    other.effects.stream().filter(effect -> !allEffects.contains(effect)).forEach(allEffects::add);
    String words = why.isEmpty() || other.why.isEmpty() ? why + other.why : why + "; " + other.why;
    return new Decision(allFacts, allEffects, words);
  }
}
