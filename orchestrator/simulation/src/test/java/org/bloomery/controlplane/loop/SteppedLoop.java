package org.bloomery.controlplane.loop;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.ServerView;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.RunStore;

/** The control loop, one round at a time, in the caller's thread. */
public final class SteppedLoop {
  private static final Duration ANSWER_POLL = Duration.ofMillis(1);

  private final ControlLoop loop;
  private final ControlPlaneApi api;

  public SteppedLoop(ControlLoop.Parts parts, RunStore.Epoch epoch) {
    loop = new ControlLoop(parts, ANSWER_POLL, epoch);
    api = new Service(new ServerView("test", 0, "/", "c0ffee", epoch.number()), parts, loop);
  }

  /** One round: answers requests, then looks at every run. */
  public void step() {
    loop.runOnce();
  }

  /** What the loop thinks of a run at present. */
  public Optional<String> thought(RunId run) {
    return loop.thought(run);
  }

  /** Asks as a person would; the loop answers, but looks at no run. */
  public <R> R ask(Function<ControlPlaneApi, R> question) {
    CompletableFuture<R> answer = CompletableFuture.supplyAsync(() -> question.apply(api));
    try {
      while (!answer.isDone()) {
        loop.awaitWakeup();
        loop.answerRequests();
      }
      return answer.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
