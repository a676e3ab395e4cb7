package org.bloomery.simulation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bloomery.controlplane.ledger.SegmentText;
import org.bloomery.controlplane.zookeeper.RunCodec;
import org.bloomery.core.budget.Budget;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.LedgerLines;
import org.bloomery.core.ledger.LedgerMonth;
import org.bloomery.core.ledger.LedgerSegment;
import org.bloomery.core.port.LedgerStore;
import org.bloomery.core.port.RunStore.ConflictException;
import org.bloomery.core.port.RunStore.DamagedException;
import org.bloomery.core.port.RunStore.Epoch;
import org.bloomery.core.port.RunStore.FencedException;

/** A ledger without a disk; its files are in memory, too. */
public final class InMemoryLedgerStore implements LedgerStore {
  private final Supplier<Epoch> newest;
  private final SortedMap<LedgerMonth, List<LedgerEntry>> open = new TreeMap<>();
  private final SortedMap<LedgerMonth, List<LedgerSegment>> closed = new TreeMap<>();
  private final Map<String, byte[]> files = new TreeMap<>();
  private final SortedMap<String, Budget> budgets = new TreeMap<>();
  private final RunCodec codec = new RunCodec();

  /**
   * An empty one.
   *
   * @param newest the newest epoch that was given out
   */
  public InMemoryLedgerStore(Supplier<Epoch> newest) {
    this.newest = newest;
  }

  private void requireLead(Epoch epoch) {
    if (!epoch.equals(newest.get())) {
      throw new FencedException("the ledger: another leader has taken over", null);
    }
  }

  @Override
  public synchronized void read(Consumer<List<LedgerEntry>> reader) {
    LedgerLines lines = new LedgerLines();
    for (LedgerSegment segment : segments()) {
      try {
        reader.accept(SegmentText.unpack(files.get(segment.file()), lines));
      } catch (IOException e) {
        throw new DamagedException(segment.file() + " cannot be read", e);
      }
    }
    open.values().forEach(some -> reader.accept(List.copyOf(some)));
  }

  @Override
  public synchronized void append(List<LedgerEntry> lines, Epoch epoch) {
    requireLead(epoch);
    for (LedgerEntry line : lines) {
      open.computeIfAbsent(LedgerMonth.of(line), month -> new ArrayList<>()).add(line);
    }
  }

  @Override
  public synchronized List<LedgerMonth> openMonths() {
    return List.copyOf(open.keySet());
  }

  @Override
  public synchronized void close(LedgerMonth month, Epoch epoch) {
    requireLead(epoch);
    List<LedgerEntry> lines = open.remove(month);
    if (lines != null) {
      SegmentText.Closed file = SegmentText.close(month, lines);
      files.put(file.segment().file(), file.bytes());
      closed.computeIfAbsent(month, m -> new ArrayList<>()).add(file.segment());
    }
  }

  @Override
  public synchronized List<Budget> budgets() {
    return List.copyOf(budgets.values());
  }

  @Override
  public synchronized Budget recordBudget(Budget budget, Epoch epoch) {
    requireLead(epoch);
    Budget next = budget.next();
    codec.encode(next); // refuses what ZooKeeper would not take
    Budget present = budgets.get(next.grant().name());
    long version = present == null ? 0 : present.version();
    if (!next.equals(present) && version != budget.version()) {
      throw new ConflictException(
          "allocation " + next.grant().name() + ": no longer at that version", null);
    }
    budgets.put(next.grant().name(), next);
    return next;
  }

  @Override
  public synchronized List<LedgerSegment> segments() {
    return closed.values().stream().flatMap(List::stream).toList();
  }
}
