package org.bloomery.controlplane.loop;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/**
 * Hands jobs over, one after the other, while the loop records the next intent and writes its
 * files. One is under way at most, and at most one waits for it: so no intent grows old.
 */
final class Submissions {
  private final Executor executor;
  private Optional<FutureTask<Void>> underWay = Optional.empty();

  /**
   * None yet.
   *
   * @param executor a thread of their own; the caller's, where everything must happen in one order
   */
  Submissions(Executor executor) {
    this.executor = executor;
  }

  /** Begins one as soon as the one before has ended. */
  void begin(Runnable submission) {
    settle();
    FutureTask<Void> begun = new FutureTask<>(submission, null);
    underWay = Optional.of(begun);
    executor.execute(begun);
    if (begun.isDone()) {
      settle();
    }
  }

  /** Waits for the end of the one that is under way; its error, if it had one, is thrown. */
  void settle() {
    Optional<FutureTask<Void>> last = underWay;
    underWay = Optional.empty();
    if (last.isEmpty()) {
      return;
    }
    try {
      last.get().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
