package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.port.RunStore.Epoch;
import org.bloomery.core.port.RunStore.FencedException;
import org.bloomery.core.port.RunStore.UnavailableException;
import org.bloomery.core.port.RunStoreContract;
import org.bloomery.core.run.Histories;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.simulation.InMemoryRunStore.Fault;
import org.junit.jupiter.api.Test;

/** The contract of all stores, and that the faults do what they say. */
final class InMemoryRunStoreTest extends RunStoreContract {
  private static final RunId RUN = new RunId("run");
  private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");
  private static final List<RunEvent> FACTS =
      List.of(new RunEvent.RunHeld(HoldReason.STOPPED, "by hand"));

  private Optional<Fault> armed = Optional.empty();
  private final InMemoryRunStore store =
      new InMemoryRunStore(
          new InMemoryRunStore.Faults() {
            @Override
            public Optional<Fault> strike(RunId run, long version) {
              return armed();
            }

            @Override
            public Optional<Fault> strikeNodes(String cluster, long version) {
              return armed();
            }
          });

  private Optional<Fault> armed() {
    Optional<Fault> fault = armed;
    armed = Optional.empty();
    return fault;
  }

  @Override
  protected RunStore store() {
    return store;
  }

  @Override
  protected RunStore otherStore() {
    return store;
  }

  @Override
  protected void loseNextRequest() {
    armed = Optional.of(Fault.LOST_BEFORE_COMMIT);
  }

  @Override
  protected void loseNextAnswer() {
    armed = Optional.of(Fault.LOST_AFTER_COMMIT);
  }

  private Run create(Epoch epoch) {
    return store.create(Histories.submission(RUN), Histories.specText(RUN), "submitted", AT, epoch);
  }

  @Test
  void aLostRequestWritesNothing() {
    Epoch epoch = store.lead();
    Run run = create(epoch);
    loseNextRequest();
    assertThatThrownBy(() -> store.record(run, FACTS, "why", AT, epoch))
        .isInstanceOf(UnavailableException.class);
    assertThat(store.load(RUN)).contains(run);
  }

  @Test
  void aLostAnswerHidesThatItWasWritten() {
    Epoch epoch = store.lead();
    Run run = create(epoch);
    loseNextAnswer();
    assertThatThrownBy(() -> store.record(run, FACTS, "why", AT, epoch))
        .isInstanceOf(UnavailableException.class);
    assertThat(store.verifyHistory(RUN).version()).isEqualTo(2);
  }

  @Test
  void aFencedLeaderStaysFenced() {
    Epoch epoch = store.lead();
    Run run = create(epoch);
    armed = Optional.of(Fault.FENCED);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> store.record(run, FACTS, "why", AT, epoch))
          .isInstanceOf(FencedException.class);
    }
    Run after = store.record(run, FACTS, "why", AT, store.lead());
    assertThat(store.verifyHistory(RUN)).isEqualTo(after);
  }
}
