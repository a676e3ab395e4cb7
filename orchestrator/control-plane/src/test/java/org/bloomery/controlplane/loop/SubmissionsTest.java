package org.bloomery.controlplane.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Goal: one job is handed over at a time, in order, and whoever hands it over may go on. */
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

  /** However many there are, none waits in a queue, where its intent would grow old. */
  @Test
  void theNextOneBeginsOnlyAfterTheOneBefore() {
    Deque<Runnable> queue = new ArrayDeque<>();
    Submissions submissions = new Submissions(queue::add);
    submissions.begin(() -> {});
    queue.remove().run();
    submissions.begin(() -> {});

    assertThat(queue).hasSize(1);
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
