package org.bloomery.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bloomery.controlplane.api.LedgerApi;

/**
 * Reads an accounting file in parts and hands on what is to be posted, several parts at a time: a
 * part is read while the control plane writes down the one before. In which order they arrive there
 * does not matter to a ledger.
 */
final class AccountingImport implements AutoCloseable {
  private static final int LINES_PER_PART = 5_000;
  private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());

  /** What is read ahead lies in memory. */
  private static final int PARTS_AHEAD_MAX = THREADS + 2;

  private final Reader reader;
  private final LedgerApi ledger;
  private final AccountingPart whole;
  private final Deque<Future<AccountingPart>> ahead = new ArrayDeque<>();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS,
          task -> {
            Thread thread = new Thread(task, "import");
            thread.setDaemon(true);
            return thread;
          });
  private List<String> lines = new ArrayList<>();
  private long number;

  /** How the lines of a part are read. */
  interface Reader {
    /** Reads them all; {@code first} is the number of the first one in the file. */
    void read(List<String> lines, long first, AccountingPart part);
  }

  /**
   * An import that has not begun.
   *
   * @param ledger null in a dry run
   * @param titles how many lines of the file are not its own
   */
  AccountingImport(Reader reader, LedgerApi ledger, long titles) {
    this.reader = reader;
    this.ledger = ledger;
    this.whole = new AccountingPart(ledger);
    this.number = titles;
  }

  /** Takes the next line. */
  void take(String line) {
    lines.add(line);
    if (lines.size() == LINES_PER_PART) {
      begin();
    }
  }

  private void begin() {
    if (ahead.size() == PARTS_AHEAD_MAX) {
      finishOldest();
    }
    List<String> some = lines;
    long first = number + 1;
    ahead.add(
        threads.submit(
            () -> {
              AccountingPart part = new AccountingPart(ledger);
              reader.read(some, first, part);
              part.send();
              return part;
            }));
    number += some.size();
    lines = new ArrayList<>();
  }

  private void finishOldest() {
    try {
      whole.append(ahead.remove().get());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while importing", e);
    }
  }

  /** Hands on the rest, and tells what all of it was. */
  ImportView finish(String file, String cluster) {
    begin();
    while (!ahead.isEmpty()) {
      finishOldest();
    }
    return whole.view(file, cluster);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
