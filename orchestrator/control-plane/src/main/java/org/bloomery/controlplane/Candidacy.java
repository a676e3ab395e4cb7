package org.bloomery.controlplane;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.zookeeper.Election;
import org.bloomery.core.port.RunStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that leads whenever this process may, and stands by otherwise. What a leader has in
 * memory goes with its term; the next one, here or elsewhere, finds everything in the store.
 */
final class Candidacy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Candidacy.class);

  /** Between two attempts to be elected while ZooKeeper does not answer. */
  private static final long RETRY_SECONDS = 2;

  private static final long STOP_SECONDS_MAX = 60;
  private static final String LOST = "ZooKeeper has not heard from it, and another may lead";

  private final Election election;
  private final Terms terms;
  private final Term standby;
  private final Thread thread = new Thread(this::run, "candidacy");
  private final CompletableFuture<Void> elected = new CompletableFuture<>();
  private final CompletableFuture<Throwable> ended = new CompletableFuture<>();
  private final CompletableFuture<Throwable> closing = new CompletableFuture<>();
  private volatile Term current;
  private volatile boolean waiting;

  /** Puts together what leads under an epoch. */
  @FunctionalInterface
  interface Terms {
    Term lead(RunStore.Epoch epoch) throws Exception;
  }

  /** A time of leading, or of standing by. */
  interface Term extends AutoCloseable {
    /** Who answers people meanwhile. */
    ControlPlaneApi api();

    /** Begins to act. */
    void start();

    /** Completed when it no longer acts, with the error that ended it. */
    CompletableFuture<Throwable> ended();

    /** Returns once nothing acts any more, or will only be refused. */
    @Override
    void close();
  }

  /**
   * A candidacy that has not begun.
   *
   * @param standby answers people while another leads
   */
  Candidacy(Election election, Terms terms, Term standby) {
    this.election = election;
    this.terms = terms;
    this.standby = standby;
    current = standby;
  }

  void start() {
    thread.start();
  }

  /** Waits until this process leads for the first time, or never will. */
  void awaitElection() throws InterruptedException {
    try {
      CompletableFuture.anyOf(elected, ended).get();
      Throwable error = ended.getNow(null);
      if (error != null) {
        throw error instanceof RuntimeException known ? known : new IllegalStateException(error);
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("both are completed with values", e);
    }
  }

  /** Who answers people now. */
  ControlPlaneApi api() {
    return current.api();
  }

  /** Completed when it is no candidate any more: with an error, or with null after a close. */
  CompletableFuture<Throwable> ended() {
    return ended;
  }

  private void run() {
    Throwable error = null;
    try {
      while (!closing.isDone()) {
        takeOffice();
      }
    } catch (InterruptedException e) {
      LOG.debug("the candidacy is over", e);
    } catch (Throwable e) {
      LOG.error("the candidacy ended unexpectedly", e);
      error = e;
    }
    ended.complete(error);
  }

  private void takeOffice() throws Throwable {
    try (Election.Office office = elect()) {
      lead(office);
    } catch (RunStore.UnavailableException e) {
      LOG.warn("cannot be elected now, tries again: {}", e.getMessage());
      TimeUnit.SECONDS.sleep(RETRY_SECONDS);
    }
  }

  private Election.Office elect() throws InterruptedException {
    waiting = true;
    try {
      return election.take();
    } finally {
      waiting = false;
    }
  }

  private void lead(Election.Office office) throws Throwable {
    try (Term term = terms.lead(office.epoch())) {
      LOG.info("leads in epoch {}", office.epoch().number());
      current = term;
      try {
        term.start();
        elected.complete(null);
        awaitEnd(term, office);
      } finally {
        // What is asked while the term ends is answered by the one that stands by.
        current = standby;
      }
    }
  }

  private void awaitEnd(Term term, Election.Office office) throws Throwable {
    CompletableFuture<RunStore.FencedException> lost =
        office.lost().thenApply(nothing -> new RunStore.FencedException(LOST, null));
    Object end = CompletableFuture.anyOf(closing, term.ended(), lost).get();
    if (end instanceof RunStore.FencedException deposed) {
      LOG.warn("no longer leads: {}", deposed.getMessage());
    } else if (end instanceof Throwable error) {
      throw error;
    }
  }

  /** Gives the leadership back, so that another need not wait for it. */
  @Override
  public void close() {
    closing.complete(null);
    if (waiting) {
      thread.interrupt();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS_MAX));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    standby.close();
  }
}
