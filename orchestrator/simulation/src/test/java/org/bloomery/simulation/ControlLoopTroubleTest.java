package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bloomery.simulation.LoopWorld.SMALL;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.loop.SteppedLoop;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Request;
import org.bloomery.core.run.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other leaders, and runs whose state, spec or files are broken beside runs that are well. */
final class ControlLoopTroubleTest {
  private static final RunId BROKEN = new RunId("broken");

  @TempDir private Path home;

  @Test
  void aFencedLoopStopsBeforeItActs() {
    LoopWorld world = new LoopWorld(home, new InMemoryRunStore());
    SteppedLoop old = world.loop();
    world.submit(SMALL);
    world.newLeader();

    assertThatThrownBy(old::step).isInstanceOf(RunStore.FencedException.class);

    assertThat(world.cluster().effects()).isZero();
    assertThat(world.attemptDirectory(SMALL, 1)).doesNotExist();
  }

  @Test
  void aDeposedOneRecordsWhatAPersonWantsForWhoeverLeads() {
    LoopWorld world = new LoopWorld(home, new InMemoryRunStore());
    world.submit(SMALL);
    world.untilIteration(SMALL, 1, 5);
    SteppedLoop old = world.loop();
    world.newLeader();

    world.cancel(SMALL);

    assertThat(world.run(SMALL).asked(Request.Kind.CANCEL)).isPresent();
    assertThatThrownBy(old::step).isInstanceOf(RunStore.FencedException.class);
    world.restart();
    world.untilPhase(SMALL, "cancelled");
  }

  @Test
  void aNewLeaderAdoptsWhatTheOldOneStarted() {
    LoopWorld world = new LoopWorld(home, new InMemoryRunStore());
    world.submit(SMALL);
    world.untilIteration(SMALL, 1, 12);

    world.restart();
    world.untilPhase(SMALL, "succeeded");

    assertThat(world.cluster().jobCount()).isEqualTo(1);
  }

  @Test
  void aRunWhoseSpecIsGoneDoesNotStopTheOthers() {
    LoopWorld world =
        withTrouble(
            (method, arguments) ->
                method.equals("specText") && ((Run) arguments[0]).id().equals(BROKEN)
                    ? Optional.of(Optional.empty())
                    : Optional.empty());
    world.submit(BROKEN);
    world.submit(SMALL);

    world.untilPhase(SMALL, "succeeded");

    assertThat(world.run(BROKEN).version()).isEqualTo(1);
    assertThat(world.thought(BROKEN)).contains("cannot go on").contains("spec");
  }

  @Test
  void aRunWhoseStateIsDamagedDoesNotStopTheOthers() {
    boolean[] damaged = {false};
    LoopWorld world =
        withTrouble(
            (method, arguments) -> {
              boolean many =
                  arguments != null
                      && arguments[0] instanceof List<?> runs
                      && runs.contains(BROKEN);
              if (damaged[0] && method.equals("load") && (many || arguments[0].equals(BROKEN))) {
                throw new RunStore.DamagedException("broken: its state is garbage", null);
              }
              return Optional.empty();
            });
    world.submit(BROKEN);
    world.submit(SMALL);
    damaged[0] = true;

    world.untilPhase(SMALL, "succeeded");

    assertThat(world.thought(BROKEN)).contains("its state is garbage");
  }

  @Test
  void aRunWhoseDirectoryCannotBeMadeDoesNotStopTheOthersAndGoesOnLater() throws IOException {
    LoopWorld world = new LoopWorld(home, new InMemoryRunStore());
    Path inTheWay = Files.createDirectories(home.resolve("runs")).resolve("broken");
    Files.writeString(inTheWay, "not a directory");
    world.submit(BROKEN);
    world.submit(SMALL);

    world.tick();
    world.tick();
    assertThat(world.thought(BROKEN)).contains("its files are not written").contains("runs/broken");
    world.untilPhase(SMALL, "succeeded");
    assertThat(world.run(BROKEN).phase().word()).isEqualTo("submitting");

    Files.delete(inTheWay);
    world.untilPhase(BROKEN, "succeeded");
    assertThat(world.cluster().jobCount()).isEqualTo(2);
  }

  @Test
  void aSpecThatIsNotGoodMakesNoRun() {
    LoopWorld world = new LoopWorld(home, new InMemoryRunStore());

    assertThatThrownBy(
            () -> world.loop().ask(api -> api.submit("kind: Poem", "poem.yaml", "/", false, "ada")))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("nothing was submitted");
    assertThat(world.store().list()).isEqualTo(List.of());
  }

  /** What a call gives instead of the store's answer; empty means that the store answers. */
  private interface Trouble {
    Optional<Object> with(String method, Object[] arguments);
  }

  private LoopWorld withTrouble(Trouble trouble) {
    RunStore real = new InMemoryRunStore();
    Object store =
        Proxy.newProxyInstance(
            RunStore.class.getClassLoader(),
            new Class<?>[] {RunStore.class},
            (self, method, arguments) -> {
              Optional<Object> instead = trouble.with(method.getName(), arguments);
              if (instead.isPresent()) {
                return instead.get();
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
    return new LoopWorld(home, RunStore.class.cast(store));
  }
}
