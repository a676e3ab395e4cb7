package org.bloomery.gates.bad.core.port;

/** A resource manager in bad company; its name is the field's own and allowed. */
public interface ResourceManager {
  void submit(String job);
}
