package org.bloomery.gates.bad.core.port;

/** A store in bad company. */
public interface RunStore {
  void record(String fact);
}
