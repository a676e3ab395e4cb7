package org.bloomery.gates.bad.core.run;

import java.time.Instant;
import java.util.function.Supplier;

/** Asks for the time, by a method reference, where it should be told. */
public final class Clockwatcher {
  private static final Supplier<Instant> CLOCK = Instant::now;

  private Clockwatcher() {}

  public static Instant time() {
    return CLOCK.get();
  }
}
