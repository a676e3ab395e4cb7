package org.bloomery.controlplane.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.RunStore.DamagedException;
import org.bloomery.core.run.Histories;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;
import org.junit.jupiter.api.Test;

/** What is read back equals what was written, for every fact and phase that there is. */
final class RunCodecTest {
  private static final RunId RUN = new RunId("run");
  private final RunCodec codec = new RunCodec();

  @Test
  void readsBackWhatItWrote() {
    Set<Class<?>> facts = new HashSet<>();
    Set<Class<?>> phases = new HashSet<>();
    for (int seed = 0; seed < 30; seed++) {
      List<RunRecord> history = new Histories(seed).history(RUN, 60);
      Run run = Run.fold(history.subList(0, 1));
      for (RunRecord next : history) {
        run = next.version() == 1 ? run : run.after(next);
        byte[] stored = codec.encode(next);
        assertThat(codec.decodeRecord(stored, "here")).isEqualTo(next);
        assertThat(codec.encode(codec.decodeRecord(stored, "here"))).isEqualTo(stored);
        byte[] state = codec.encode(run);
        assertThat(codec.decodeRun(state, "here")).isEqualTo(run);
        assertThat(codec.encode(codec.decodeRun(state, "here"))).isEqualTo(state);
        next.facts().forEach(fact -> facts.add(fact.getClass()));
        phases.add(run.phase().getClass());
      }
    }
    // A new fact or phase that the generator does not make would go untested.
    assertThat(facts).containsExactlyInAnyOrder(RunEvent.class.getPermittedSubclasses());
    assertThat(phases).containsExactlyInAnyOrder(Phase.class.getPermittedSubclasses());
  }

  @Test
  void passesOverFieldsThatItDoesNotKnow() {
    List<RunRecord> history = new Histories(1).history(RUN, 30);
    Run run = Run.fold(history);
    String stored = new String(codec.encode(run), UTF_8);
    String newer =
        stored
            .replace("{\"format\":1,", "{\"format\":1,\"site\":\"x\",")
            .replace("\"spec\":{", "\"spec\":{\"later\":[1,{}],")
            .replace("\"phase\":{", "\"phase\":{\"later\":null,");
    assertThat(newer).isNotEqualTo(stored);
    assertThat(codec.decodeRun(newer.getBytes(UTF_8), "here")).isEqualTo(run);
  }

  @Test
  void refusesWhatANewerVersionWrote() {
    byte[] newer = "{\"format\":2,\"run\":{}}".getBytes(UTF_8);
    assertThatThrownBy(() -> codec.decodeRun(newer, "/runs/x"))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("/runs/x was written by a newer Bloomery (format 2");
  }

  @Test
  void refusesWhatIsNoDocument() {
    Run run = Run.fold(new Histories(1).history(RUN, 1));
    String good = new String(codec.encode(run), UTF_8);
    List<String> bad =
        List.of(
            "",
            "null",
            "[]",
            "{}",
            "{\"format\":1}",
            "{\"format\":1,\"run\":[]}",
            "not json",
            good.substring(0, good.length() - 2),
            good + good,
            good.replace("\"version\":1", "\"other\":1"),
            good.replace("\"account\":", "\"other\":"),
            good.replace("\"type\":\"Ready\"", "\"type\":\"Resting\""),
            good.replace("\"id\":\"run\"", "\"id\":\"../run\""));
    for (String text : bad) {
      assertThatThrownBy(() -> codec.decodeRun(text.getBytes(UTF_8), "/runs/x"), text)
          .isInstanceOf(DamagedException.class)
          .hasMessageContaining("/runs/x");
    }
  }
}
