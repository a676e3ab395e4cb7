package org.bloomery.gates.bad.core.run;

import java.util.Map;

/** Keeps names in an order that nobody knows. */
public record Shuffled(Map<String, String> names) {
  public Shuffled {
    names = Map.copyOf(names);
  }
}
