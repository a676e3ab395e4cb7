package org.bloomery.simulation;

import org.bloomery.core.port.LedgerStore;
import org.bloomery.core.port.LedgerStoreContract;
import org.bloomery.core.port.RunStore.Epoch;

final class InMemoryLedgerStoreTest extends LedgerStoreContract {
  private long epoch;
  private final LedgerStore store = new InMemoryLedgerStore(() -> new Epoch(epoch));

  @Override
  protected LedgerStore store() {
    return store;
  }

  @Override
  protected Epoch lead() {
    epoch++;
    return new Epoch(epoch);
  }
}
