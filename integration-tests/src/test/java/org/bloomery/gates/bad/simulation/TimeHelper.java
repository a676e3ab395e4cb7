package org.bloomery.gates.bad.simulation;

/** Says nothing by its name. */
public final class TimeHelper {
  private TimeHelper() {}
}
