package org.bloomery.controlplane.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Histories;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.Outcome;
import org.bloomery.core.run.Request;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.simulation.InMemoryRunStore;
import org.junit.jupiter.api.Test;

/** Goal: a leader reads each run once, and again whenever somebody else may have written it. */
class LeaderMemoryTest {
  private static final RunId RUN = new RunId("run");
  private static final RunId OTHER = new RunId("other");
  private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");

  private final List<String> calls = new ArrayList<>();
  private final List<RunId> damaged = new ArrayList<>();
  private final RunStore store = watched(new InMemoryRunStore());
  private final RunStore.Epoch epoch = store.lead();
  private final LeaderMemory memory = new LeaderMemory(store, epoch, Accounts.NONE);

  private RunStore watched(RunStore real) {
    return (RunStore)
        Proxy.newProxyInstance(
            RunStore.class.getClassLoader(),
            new Class<?>[] {RunStore.class},
            (self, method, arguments) -> {
              calls.add(method.getName());
              String words = arguments == null ? "" : String.valueOf(arguments[0]);
              if (method.getName().equals("load")
                  && damaged.stream().anyMatch(id -> words.contains(id.value()))) {
                throw new RunStore.DamagedException("it is garbage", null);
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private Run create(RunId id) {
    return store.create(Histories.submission(id), Histories.specText(id), "submitted", AT, epoch);
  }

  private Run record(Run run, RunEvent fact) {
    return store.record(run, List.of(fact), "why", AT.plusSeconds(run.version()), epoch);
  }

  private Run hold(Run run) {
    return record(run, new RunEvent.RunHeld(HoldReason.STOPPED, "by hand"));
  }

  private List<Run> refreshed() {
    memory.refresh(AT.plusSeconds(60));
    return memory.all();
  }

  @Test
  void whatWasReadOrRecordedIsNotReadAgain() {
    Run other = create(OTHER);
    Run run = create(RUN);
    assertThat(refreshed()).containsExactly(other, run);
    run = hold(run);
    memory.put(run);
    calls.clear();
    assertThat(refreshed()).containsExactly(other, run);
    assertThat(refreshed()).containsExactly(other, run);
    assertThat(calls).containsExactly("asked", "asked");
  }

  @Test
  void whatSomebodyAskedForIsReadOnce() {
    Run run = create(RUN);
    refreshed();
    Run cancelled = record(run, new RunEvent.Requested(Request.Kind.CANCEL, "ada"));
    Run other = create(OTHER);
    calls.clear();
    assertThat(refreshed()).containsExactly(other, cancelled);
    assertThat(refreshed()).containsExactly(other, cancelled);
    assertThat(calls).containsExactly("asked", "load", "answered", "asked");
  }

  @Test
  void aRunWhoseRecordWasRefusedIsReadAgain() {
    Run run = create(RUN);
    refreshed();
    Run held = hold(run);
    assertThatThrownBy(() -> record(run, new RunEvent.RunHeld(HoldReason.STOPPED, "also held")))
        .isInstanceOf(RunStore.ConflictException.class);
    memory.doubt(RUN);
    assertThat(refreshed()).containsExactly(held);
  }

  @Test
  void aRunThatCannotBeReadIsToldAndTheOthersAreThere() {
    Run other = create(OTHER);
    Run run = create(RUN);
    damaged.add(RUN);
    assertThat(refreshed()).containsExactly(other);
    assertThat(memory.trouble(RUN)).contains("it is garbage");

    damaged.clear();
    assertThat(refreshed()).containsExactly(other, run);
    assertThat(memory.trouble(RUN)).isEmpty();
  }

  @Test
  void aRunThatIsLongOverIsForgotten() {
    Run run = create(RUN);
    record(run, new RunEvent.RunFinished(Outcome.CANCELLED));
    assertThat(refreshed()).hasSize(1);
    memory.refresh(AT.plus(Duration.ofDays(2)));
    assertThat(memory.all()).isEmpty();
  }
}
