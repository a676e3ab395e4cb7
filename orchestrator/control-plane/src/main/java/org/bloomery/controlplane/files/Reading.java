package org.bloomery.controlplane.files;

import java.util.Optional;

/** What a look at a file that somebody else writes has shown. */
public sealed interface Reading<T> {

  /** There is no such file, or not yet. */
  record Absent<T>() implements Reading<T> {}

  /** It is there, and says this. */
  record Present<T>(T content) implements Reading<T> {}

  /** It is there, but cut, half-written or garbage; it may say more later. */
  record Unreadable<T>(String why) implements Reading<T> {}

  /** What the file says, if it says anything. */
  default Optional<T> value() {
    return this instanceof Present<T> present ? Optional.of(present.content()) : Optional.empty();
  }
}
