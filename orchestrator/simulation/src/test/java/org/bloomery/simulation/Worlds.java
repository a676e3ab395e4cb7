package org.bloomery.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Plays in several worlds at once, which wait for their disks most of the time. */
final class Worlds {
  private static final int AT_ONCE = 4;

  private Worlds() {}

  /** The outcome of each, in their order. */
  static <T> List<T> play(List<Callable<T>> worlds) throws Exception {
    ExecutorService players = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<T> played = new ArrayList<>();
      for (Future<T> future : players.invokeAll(worlds)) {
        played.add(future.get());
      }
      return played;
    } finally {
      players.shutdownNow();
    }
  }
}
