package org.bloomery.controlplane.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Goal: a few jobs are handed over at once, and whoever hands one over may go on. */
class SubmissionsTest {
  @Test
  void whoeverBeginsOneGoesOnBeforeItHasEnded() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    List<String> ended = new ArrayList<>();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Submissions submissions = new Submissions(thread);
      submissions.begin(
          () -> {
            awaitUninterrupted(end);
            ended.add("first");
          });
      assertThat(ended).isEmpty();

      end.countDown();
      submissions.begin(() -> ended.add("second"));
      submissions.settle();

      assertThat(ended).containsExactly("first", "second");
    } finally {
      thread.shutdownNow();
    }
  }

  /** However many there are, few wait in a queue, where their intents would grow old. */
  @Test
  void onlySoManyAreUnderWayAtOnce() throws Exception {
    Semaphore end = new Semaphore(0);
    AtomicInteger underWay = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      Submissions submissions = new Submissions(threads);
      Thread loop =
          new Thread(
              () -> {
                for (int number = 0; number < 3 * Submissions.AT_ONCE; number++) {
                  most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                  submissions.begin(
                      () -> {
                        end.acquireUninterruptibly();
                        underWay.decrementAndGet();
                      });
                }
                submissions.settle();
              });
      loop.start();
      while (underWay.get() <= Submissions.AT_ONCE) {
        Thread.sleep(1);
      }
      end.release(3 * Submissions.AT_ONCE);
      loop.join();

      // The one more is that which begins.
      assertThat(most.get()).isEqualTo(Submissions.AT_ONCE + 1);
      assertThat(underWay.get()).isZero();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void withoutAThreadOfTheirOwnTheyHappenAtOnceAndSoDoTheirErrors() {
    Submissions submissions = new Submissions(Runnable::run);
    List<String> ended = new ArrayList<>();

    submissions.begin(() -> ended.add("first"));
    assertThat(ended).containsExactly("first");

    assertThatThrownBy(
            () ->
                submissions.begin(
                    () -> {
                      throw new AssertionError("the machine stops here");
                    }))
        .isInstanceOf(AssertionError.class);
    submissions.settle();
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
