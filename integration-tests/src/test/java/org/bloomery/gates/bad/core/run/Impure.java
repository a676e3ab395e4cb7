package org.bloomery.gates.bad.core.run;

import java.util.Random;

/** Draws lots where it should be told. */
public final class Impure {
  private Impure() {}

  public static int lot() {
    return new Random().nextInt();
  }
}
