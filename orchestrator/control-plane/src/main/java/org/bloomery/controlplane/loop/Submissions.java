package org.bloomery.controlplane.loop;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/**
 * Writes attempts' files and hands their jobs over, a few at once, while the loop records the next
 * intent. So many have not ended at most: no intent grows old, and no cluster meets a crowd.
 */
public final class Submissions {
  /** How many programs of one user a login node and a cluster's controller do not notice. */
  public static final int AT_ONCE = 8;

  private final Executor executor;
  private final Queue<FutureTask<Void>> underWay = new ArrayDeque<>();

  /**
   * None yet.
   *
   * @param executor {@link #AT_ONCE} threads of their own; the caller's, where everything must
   *     happen in one order
   */
  Submissions(Executor executor) {
    this.executor = executor;
  }

  /** Begins one; waits for the oldest before, if as many as may be are under way. */
  void begin(Runnable submission) {
    while (underWay.size() >= AT_ONCE) {
      settleOldest();
    }
    FutureTask<Void> begun = new FutureTask<>(submission, null);
    underWay.add(begun);
    executor.execute(begun);
    while (!underWay.isEmpty() && underWay.element().isDone()) {
      settleOldest();
    }
  }

  /** Waits for the end of all that are under way; an error of one is thrown. */
  void settle() {
    while (!underWay.isEmpty()) {
      settleOldest();
    }
  }

  private void settleOldest() {
    try {
      underWay.remove().get();
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
