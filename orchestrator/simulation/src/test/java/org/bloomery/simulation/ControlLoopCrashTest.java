package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bloomery.simulation.LoopWorld.SMALL;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.bloomery.core.id.RunId;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.simulation.InMemoryRunStore.Fault;
import org.bloomery.simulation.RestartStory.Ending;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A control plane that dies anywhere, and one whose store breaks down anywhere, end the same. */
final class ControlLoopCrashTest {
  /** One that is lost between a seal's record and its manifest is not written any more. */
  private static final long MANIFESTS = 4;

  /** So many moments has the story at which the control plane can die. */
  private static final int MOMENTS = 76;

  private static final Ending UNDISTURBED =
      new Ending(
          "succeeded",
          List.of(
              "1: a rank was killed, 1 to 14, 28 GPU-seconds for job-1",
              "2: stopped, 11 to 18, 18 GPU-seconds for job-2",
              "3: completed, 19 to 30, 24 GPU-seconds for job-3"),
          List.of(
              "iteration 10 of attempt 1",
              "iteration 18 of attempt 2",
              "iteration 20 of attempt 3",
              "iteration 30 of attempt 3"),
          MANIFESTS,
          70,
          8,
          3,
          1);

  /** What the effect of a submission writes, in its order. */
  private static final List<String> FILES =
      List.of(
          AttemptFiles.JOB_SCRIPT,
          AttemptFiles.BODY_SCRIPT,
          AttemptFiles.DEEPSPEED_CONFIG,
          AttemptFiles.TRAIN_SPLITS,
          AttemptFiles.VALID_SPLITS,
          AttemptFiles.LOAD,
          AttemptFiles.GO);

  @TempDir private Path home;

  /** How the story ended in one world. */
  private record Played(String where, Ending ending, int disturbances) {}

  @Test
  void theStoryWithoutACrash() throws IOException {
    RestartStory story = new RestartStory(world("calm", CrashPoints.none()));

    assertThat(story.ending()).isEqualTo(UNDISTURBED);
    assertThat(story.crashes()).isZero();
  }

  /** Whatever was done before the crash stays done; a new leader finds it out and goes on. */
  @Test
  void aCrashAtAnyMomentLeadsToTheSameEnd() throws Exception {
    List<String> moments = moments();
    assertThat(moments)
        .contains("before create", "after create", "before record", "after record")
        .contains("before submit", "after submit", "before observe");
    List<Callable<Played>> worlds = new ArrayList<>();
    for (int i = 0; i < moments.size(); i++) {
      int n = i;
      worlds.add(
          () -> {
            RestartStory story = new RestartStory(world("moment-" + n, CrashPoints.at(n)));
            Ending ending = story.ending();
            return new Played("moment " + n + ", " + moments.get(n), ending, story.crashes());
          });
    }

    // The number is written down so that no moment goes missing unnoticed.
    assertThat(disturbances(Worlds.play(worlds))).isEqualTo(moments.size()).isEqualTo(MOMENTS);
  }

  /** The second attempt's directory is left with only the first files of those it gets. */
  @Test
  void aCrashBetweenTwoFilesOfAnAttemptLeadsToTheSameEnd() throws Exception {
    List<String> moments = moments();
    int submit = moments.indexOf("before submit");
    int second = submit + 1 + moments.subList(submit + 1, moments.size()).indexOf("before submit");
    List<Callable<Played>> worlds = new ArrayList<>();
    for (int i = 0; i <= FILES.size(); i++) {
      int kept = i;
      worlds.add(
          () -> {
            LoopWorld world = world("files-" + kept, CrashPoints.at(second));
            Path directory = world.attemptDirectory(SMALL, 2);
            RestartStory story = new RestartStory(world);
            story.afterCrash(() -> FILES.stream().skip(kept).forEach(f -> remove(directory, f)));
            Ending ending = story.ending();
            return new Played(kept + " files", ending, story.crashes());
          });
    }

    assertThat(disturbances(Worlds.play(worlds))).isEqualTo(FILES.size() + 1);
  }

  /** The store fails to answer one write, which took effect or did not; nothing is done twice. */
  @Test
  void aStoreThatBreaksDownAtAnyWriteLeadsToTheSameEnd() throws Exception {
    long writes =
        moments().stream()
            .filter(moment -> moment.equals("after create") || moment.equals("after record"))
            .count();
    List<Callable<Played>> worlds = new ArrayList<>();
    for (Fault fault : List.of(Fault.LOST_BEFORE_COMMIT, Fault.LOST_AFTER_COMMIT)) {
      for (long v = 1; v <= writes; v++) {
        long version = v;
        worlds.add(
            () -> {
              OneFault once = new OneFault(version, fault);
              String where = fault + "-" + version;
              LoopWorld world = new LoopWorld(home(where), new InMemoryRunStore(once::strike));
              return new Played(where, new RestartStory(world).ending(), once.struck ? 1 : 0);
            });
      }
    }

    assertThat(disturbances(Worlds.play(worlds))).isEqualTo(2 * (int) writes).isPositive();
  }

  /** Every moment at which the control plane can die in an undisturbed story. */
  private List<String> moments() throws IOException {
    CrashPoints all = CrashPoints.none();
    new RestartStory(world("counted", all)).play();
    return all.reached();
  }

  /** Requires the same end everywhere, and counts what was done to the control planes. */
  private static int disturbances(List<Played> worlds) {
    SoftAssertions softly = new SoftAssertions();
    worlds.forEach(played -> same(softly, played));
    softly.assertAll();
    return worlds.stream().mapToInt(Played::disturbances).sum();
  }

  private static void remove(Path directory, String name) {
    // Deepest first; a link to a checkpoint goes, and what it points to stays.
    try (Stream<Path> files = Files.walk(directory.resolve(name))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The same end, but for the one manifest whose effect was due: the store has its SHA-256, so no
   * decision rests on the file.
   */
  private static void same(SoftAssertions softly, Played played) {
    softly
        .assertThat(played.ending().withManifests(MANIFESTS))
        .as(played.where())
        .isEqualTo(UNDISTURBED);
    softly
        .assertThat(played.ending().manifests())
        .as(played.where())
        .isBetween(MANIFESTS - 1, MANIFESTS);
  }

  /** Strikes the first write of one version. */
  private static final class OneFault {
    private final long version;
    private final Fault fault;
    private boolean struck;

    OneFault(long version, Fault fault) {
      this.version = version;
      this.fault = fault;
    }

    Optional<Fault> strike(RunId run, long next) {
      if (struck || next != version) {
        return Optional.empty();
      }
      struck = true;
      return Optional.of(fault);
    }
  }

  private LoopWorld world(String name, CrashPoints crashes) throws IOException {
    return new LoopWorld(home(name), new InMemoryRunStore(), crashes);
  }

  private Path home(String name) throws IOException {
    return Files.createDirectory(home.resolve(name));
  }
}
