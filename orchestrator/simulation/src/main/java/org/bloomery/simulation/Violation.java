package org.bloomery.simulation;

/**
 * A promise was broken.
 *
 * @param promise its short name, such as {@code S6}
 * @param what happened
 */
public record Violation(String promise, String what) {
  @Override
  public String toString() {
    return promise + ": " + what;
  }
}
