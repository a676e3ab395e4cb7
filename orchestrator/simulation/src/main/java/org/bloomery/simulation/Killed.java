package org.bloomery.simulation;

/** A control plane is gone in the middle of what it did: nothing in it may catch this. */
final class Killed extends Error {
  private static final long serialVersionUID = 1L;

  Killed(String where) {
    super(where, null, false, false);
  }
}
