package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bloomery.controlplane.loop.LeaderMemory;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Histories;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.simulation.InMemoryRunStore.Fault;
import org.junit.jupiter.api.Test;

/** Goal: a leader asks its store once about each run, and again whenever it may not know. */
class LeaderMemoryTest {
  private static final RunId RUN = new RunId("run");
  private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");
  private static final List<RunEvent> HELD =
      List.of(new RunEvent.RunHeld(HoldReason.STOPPED, "by hand"));

  private final List<String> asked = new ArrayList<>();
  private Optional<Fault> next = Optional.empty();
  private final InMemoryRunStore durable =
      new InMemoryRunStore(
          new InMemoryRunStore.Faults() {
            @Override
            public Optional<Fault> strike(RunId run, long version) {
              Optional<Fault> now = next;
              next = Optional.empty();
              return now;
            }

            @Override
            public Optional<Fault> strikeNodes(String cluster, long version) {
              return Optional.empty();
            }
          });
  private final LeaderMemory memory = new LeaderMemory(counted(durable));
  private final RunStore.Epoch epoch = memory.lead();

  private RunStore counted(RunStore store) {
    return (RunStore)
        Proxy.newProxyInstance(
            RunStore.class.getClassLoader(),
            new Class<?>[] {RunStore.class},
            (self, method, arguments) -> {
              asked.add(method.getName());
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private Run create(RunStore store, RunId id) {
    return store.create(Histories.submission(id), Histories.specText(id), "submitted", AT, epoch);
  }

  private Run hold(RunStore store, Run run) {
    return store.record(run, HELD, "held", AT.plusSeconds(run.version()), epoch);
  }

  @Test
  void whatWasWrittenOrReadIsNotReadAgain() {
    create(durable, new RunId("older"));
    Run run = hold(memory, create(memory, RUN));
    for (int round = 0; round < 3; round++) {
      assertThat(memory.list()).containsExactly(new RunId("older"), RUN);
      assertThat(memory.load(RUN)).contains(run);
      assertThat(memory.load(new RunId("older"))).isPresent();
    }
    assertThat(asked).containsExactly("lead", "create", "record", "list", "load");
  }

  @Test
  void aRunWhoseRecordMayBeWrittenOrNotIsReadAgain() {
    Run run = create(memory, RUN);
    next = Optional.of(Fault.LOST_AFTER_COMMIT);
    assertThatThrownBy(() -> hold(memory, run)).isInstanceOf(RunStore.UnavailableException.class);

    assertThat(memory.load(RUN)).isEqualTo(durable.load(RUN)).isNotEqualTo(Optional.of(run));
  }

  @Test
  void aRunThatMayHaveBeenCreatedIsFound() {
    memory.list();
    next = Optional.of(Fault.LOST_AFTER_COMMIT);
    assertThatThrownBy(() -> create(memory, RUN)).isInstanceOf(RunStore.UnavailableException.class);

    assertThat(memory.list()).containsExactly(RUN);
    assertThat(memory.load(RUN)).isPresent();
  }

  /** Only an outsider could have changed it; the store notices, and so do we. */
  @Test
  void aRunThatSomebodyElseHasChangedIsReadAgain() {
    Run run = create(memory, RUN);
    Run changed = durable.record(run, HELD, "somebody else's", AT, epoch);
    assertThatThrownBy(() -> hold(memory, run)).isInstanceOf(RunStore.ConflictException.class);

    assertThat(memory.load(RUN)).contains(changed);
  }
}
