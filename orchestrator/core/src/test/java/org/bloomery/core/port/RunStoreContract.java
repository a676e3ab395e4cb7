package org.bloomery.core.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bloomery.core.id.RunId;
import org.bloomery.core.nodes.Blame;
import org.bloomery.core.nodes.Exclusion;
import org.bloomery.core.nodes.SiteNodes;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.port.RunStore.ConflictException;
import org.bloomery.core.port.RunStore.Epoch;
import org.bloomery.core.port.RunStore.FencedException;
import org.bloomery.core.port.RunStore.LimitException;
import org.bloomery.core.port.RunStore.UnavailableException;
import org.bloomery.core.run.Histories;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.Outcome;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Request;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;
import org.junit.jupiter.api.Test;

/** What every run store must do; the subclass says which one, empty at the start of each test. */
public abstract class RunStoreContract {
  private static final RunId RUN = new RunId("bloom-nano");
  private static final Instant AT = Instant.parse("2026-03-01T10:00:00.123456789Z");
  private static final RunEvent.RunHeld HELD = new RunEvent.RunHeld(HoldReason.STOPPED, "by hand");

  /** The store under test. */
  protected abstract RunStore store();

  /** Another process's view of the same data. */
  protected abstract RunStore otherStore();

  /** The next write does not reach the store. */
  protected abstract void loseNextRequest();

  /** The next write takes effect, but its answer does not arrive. */
  protected abstract void loseNextAnswer();

  private static Run create(RunStore store, RunId run, Epoch epoch) {
    return store.create(Histories.submission(run), Histories.specText(run), "submitted", AT, epoch);
  }

  private static Run hold(RunStore store, Run run, String why, Epoch epoch) {
    return store.record(run, List.of(HELD), why, AT.plusSeconds(run.version()), epoch);
  }

  /** Does what a caller must do when a store does not answer: the very same, again. */
  private static Run holdUntilKnown(RunStore store, Run run, String why, Epoch epoch) {
    try {
      return hold(store, run, why, epoch);
    } catch (UnavailableException e) {
      return hold(store, run, why, epoch);
    }
  }

  private static Run createUntilKnown(RunStore store, RunId run, Epoch epoch) {
    try {
      return create(store, run, epoch);
    } catch (UnavailableException e) {
      return create(store, run, epoch);
    }
  }

  @Test
  void isEmptyAtFirst() {
    assertThat(store().list()).isEmpty();
    assertThat(store().load(RUN)).isEmpty();
    assertThat(store().history(RUN, 0, 10)).isEmpty();
  }

  @Test
  void givesBackWhatWasCreated() {
    Epoch epoch = store().lead();
    Run created = create(store(), RUN, epoch);

    assertThat(created.version()).isEqualTo(1);
    assertThat(created.phase()).isEqualTo(new Phase.Ready(AT));
    assertThat(otherStore().load(RUN)).contains(created);
    assertThat(otherStore().specText(created)).contains(Histories.specText(RUN));
    assertThat(otherStore().history(RUN, 0, 10))
        .containsExactly(
            new RunRecord(1, AT, epoch.number(), "submitted", List.of(Histories.submission(RUN))));
  }

  @Test
  void listsRunsByName() {
    Epoch epoch = store().lead();
    List<RunId> runs = List.of("z", "a", "m-2", "m-10", "0").stream().map(RunId::new).toList();
    runs.forEach(run -> create(store(), run, epoch));
    assertThat(store().list()).isEqualTo(runs.stream().sorted().toList());
  }

  @Test
  void keepsEveryRecordOfALife() {
    Epoch epoch = store().lead();
    for (int seed = 0; seed < 5; seed++) {
      RunId id = new RunId("life-" + seed);
      Histories life = new Histories(seed);
      Run run = create(store(), id, epoch);
      List<Run> states = new ArrayList<>(List.of(run));
      for (Optional<Histories.Step> step = life.next(run);
          step.isPresent() && states.size() < 40;
          step = life.next(run)) {
        run = store().record(run, step.get().facts(), step.get().why(), step.get().at(), epoch);
        states.add(run);
      }

      assertThat(otherStore().load(id)).contains(run);
      assertThat(otherStore().verifyHistory(id)).isEqualTo(run);
      List<RunRecord> history = otherStore().history(id, 0, Integer.MAX_VALUE);
      assertThat(history)
          .extracting(RunRecord::version)
          .isEqualTo(LongStream.rangeClosed(1, states.size()).boxed().toList());
      for (int i = 1; i <= states.size(); i++) {
        assertThat(Run.fold(history.subList(0, i))).isEqualTo(states.get(i - 1));
      }
    }
  }

  @Test
  void givesAPartOfAHistory() {
    Epoch epoch = store().lead();
    Run run = create(store(), RUN, epoch);
    for (int i = 0; i < 5; i++) {
      run = hold(store(), run, "again", epoch);
    }
    assertThat(store().history(RUN, 2, 3))
        .extracting(RunRecord::version)
        .containsExactly(3L, 4L, 5L);
    assertThat(store().history(RUN, 5, 3)).extracting(RunRecord::version).containsExactly(6L);
    assertThat(store().history(RUN, 6, 3)).isEmpty();
    assertThat(store().history(RUN, 0, 0)).isEmpty();
  }

  @Test
  void refusesASecondRunOfAName() {
    Epoch epoch = store().lead();
    Run first = create(store(), RUN, epoch);
    assertThatThrownBy(
            () ->
                store()
                    .create(
                        Histories.submission(RUN),
                        Histories.specText(RUN),
                        "submitted",
                        AT.plusSeconds(1),
                        epoch))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("bloom-nano")
        .hasMessageContaining("exists");
    assertThat(store().load(RUN)).contains(first);
    assertThat(store().history(RUN, 0, 10)).hasSize(1);
  }

  @Test
  void refusesASpecOtherThanTheOneSubmitted() {
    Epoch epoch = store().lead();
    assertThatThrownBy(
            () -> store().create(Histories.submission(RUN), "another", "submitted", AT, epoch))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(store().list()).isEmpty();
  }

  @Test
  void refusesFactsThatWereDecidedOnAnOlderState() {
    Epoch epoch = store().lead();
    Run first = create(store(), RUN, epoch);
    Run second = hold(store(), first, "in time", epoch);
    assertThatThrownBy(() -> hold(store(), first, "too late", epoch))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("bloom-nano");
    assertThat(store().load(RUN)).contains(second);
    assertThat(store().verifyHistory(RUN)).isEqualTo(second);
  }

  @Test
  void refusesFactsForARunThatDoesNotExist() {
    Epoch epoch = store().lead();
    Run elsewhere =
        Run.fold(List.of(new RunRecord(1, AT, 1, "x", List.of(Histories.submission(RUN)))));
    assertThatThrownBy(() -> hold(store(), elsewhere, "why", epoch))
        .isInstanceOf(ConflictException.class);
    assertThat(store().list()).isEmpty();
  }

  @Test
  void refusesAnOlderLeader() {
    Epoch older = store().lead();
    Run run = create(store(), RUN, older);
    Epoch newer = otherStore().lead();
    assertThat(newer.number()).isGreaterThan(older.number());

    assertThatThrownBy(() -> hold(store(), run, "stale", older))
        .isInstanceOf(FencedException.class)
        .hasMessageContaining("bloom-nano");
    assertThatThrownBy(() -> create(store(), new RunId("other"), older))
        .isInstanceOf(FencedException.class);
    assertThat(store().list()).containsExactly(RUN);
    assertThat(store().load(RUN)).contains(run);

    Run after = hold(otherStore(), run, "fresh", newer);
    assertThat(store().verifyHistory(RUN)).isEqualTo(after);
    assertThat(store().history(RUN, 1, 1).get(0).epoch()).isEqualTo(newer.number());
  }

  @Test
  void tellsAFencedLeaderSoEvenIfTheRunHasChangedToo() {
    Epoch older = store().lead();
    Run run = create(store(), RUN, older);
    hold(otherStore(), run, "fresh", otherStore().lead());
    assertThatThrownBy(() -> hold(store(), run, "stale", older))
        .isInstanceOf(FencedException.class);
  }

  @Test
  void refusesAnEpochThatNobodyWasGiven() {
    Epoch epoch = store().lead();
    Run run = create(store(), RUN, epoch);
    for (long number : new long[] {-1, 0}) {
      assertThatThrownBy(() -> hold(store(), run, "why", new Epoch(number)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> hold(store(), run, "why", new Epoch(epoch.number() + 1)))
        .isInstanceOf(FencedException.class);
    assertThat(store().load(RUN)).contains(run);
  }

  @Test
  void recordsOnceWhateverIsLost() {
    Epoch epoch = store().lead();
    loseNextRequest();
    Run run = createUntilKnown(store(), RUN, epoch);
    loseNextAnswer();
    RunId other = new RunId("other");
    assertThat(createUntilKnown(store(), other, epoch).id()).isEqualTo(other);

    loseNextRequest();
    run = holdUntilKnown(store(), run, "request lost", epoch);
    loseNextAnswer();
    run = holdUntilKnown(store(), run, "answer lost", epoch);

    assertThat(run.version()).isEqualTo(3);
    assertThat(store().verifyHistory(RUN)).isEqualTo(run);
    assertThat(store().history(RUN, 1, 10))
        .extracting(RunRecord::why)
        .containsExactly("request lost", "answer lost");
    assertThat(store().list()).containsExactly(RUN, other);
  }

  @Test
  void refusesWhatIsTooLargeAndWritesNothing() {
    Epoch epoch = store().lead();
    Run run = create(store(), RUN, epoch);
    RunEvent huge = new RunEvent.RunHeld(HoldReason.STOPPED, "x".repeat(70_000));
    assertThatThrownBy(() -> store().record(run, List.of(huge), "why", AT, epoch))
        .isInstanceOf(LimitException.class)
        .hasMessageContaining("bloom-nano")
        .hasMessageContaining("65536");
    // A record can be too large although the state that it makes is not.
    List<RunEvent> many = new ArrayList<>();
    IntStream.range(0, 70)
        .forEach(i -> many.add(new RunEvent.Requested(Request.Kind.STOP, "x".repeat(1000))));
    assertThatThrownBy(() -> store().record(run, many, "why", AT, epoch))
        .isInstanceOf(LimitException.class)
        .hasMessageContaining("65536");
    assertThat(store().load(RUN)).contains(run);
    assertThat(store().verifyHistory(RUN)).isEqualTo(run);

    RunEvent.RunSubmitted submission = Histories.submission(new RunId("other"));
    assertThatThrownBy(
            () -> store().create(submission, "x".repeat(256 * 1024 + 1), "submitted", AT, epoch))
        .isInstanceOf(LimitException.class)
        .hasMessageContaining("262144");
    assertThat(store().list()).containsExactly(RUN);
  }

  @Test
  void tellsWhoLeads() {
    assertThat(store().leader().epoch().number()).isEqualTo(otherStore().leader().epoch().number());
    Epoch epoch = store().lead();
    assertThat(otherStore().leader().epoch()).isEqualTo(epoch);
    assertThat(otherStore().lead()).isEqualTo(store().leader().epoch()).isNotEqualTo(epoch);
    assertThat(store().leader().name()).isNotEmpty();
  }

  @Test
  void confirmsTheNewestLeaderOnly() {
    Epoch older = store().lead();
    store().confirm(older);
    Epoch newer = otherStore().lead();
    otherStore().confirm(newer);
    assertThatThrownBy(() -> otherStore().confirm(older)).isInstanceOf(FencedException.class);
  }

  @Test
  void tellsTheLeaderWhatPeopleHaveAskedFor() {
    Epoch epoch = store().lead();
    RunId other = new RunId("other");
    Run run = create(store(), RUN, epoch);
    create(store(), other, epoch);
    List<RunStore.Asked> submitted = otherStore().asked();
    assertThat(submitted).extracting(RunStore.Asked::run).containsExactly(RUN, other);

    run = hold(store(), run, "decided by the leader", epoch);
    assertThat(otherStore().asked()).isEqualTo(submitted);
    RunEvent wish = new RunEvent.Requested(Request.Kind.CANCEL, "ada");
    loseNextAnswer();
    assertThat(recordUntilKnown(run, wish, epoch).version()).isEqualTo(3);
    assertThat(otherStore().asked())
        .extracting(RunStore.Asked::run)
        .containsExactly(RUN, other, RUN);

    store().answered(submitted, epoch);
    assertThat(store().asked()).singleElement().extracting(RunStore.Asked::run).isEqualTo(RUN);
    store().answered(submitted, epoch);
    Epoch newer = otherStore().lead();
    store().answered(store().asked(), epoch);
    assertThat(store().asked()).as("an older leader must not take it away").hasSize(1);
    otherStore().answered(store().asked(), newer);
    assertThat(store().asked()).isEmpty();
  }

  private Run recordUntilKnown(Run run, RunEvent fact, Epoch epoch) {
    try {
      return store().record(run, List.of(fact), "why", AT, epoch);
    } catch (UnavailableException e) {
      return store().record(run, List.of(fact), "why", AT, epoch);
    }
  }

  @Test
  void loadsManyRunsAtOnce() {
    Epoch epoch = store().lead();
    List<RunId> ids = IntStream.range(0, 300).mapToObj(i -> new RunId("run-" + i)).toList();
    ids.forEach(id -> create(otherStore(), id, epoch));
    List<RunId> asked = new ArrayList<>(ids);
    asked.add(7, new RunId("nobody"));
    assertThat(store().load(asked)).extracting(Run::id).isEqualTo(ids);
    assertThat(store().load(List.of())).isEmpty();
  }

  @Test
  void readsWhatIsArchivedAsBeforeAndChangesItNoMore() {
    Epoch epoch = store().lead();
    Run live = create(store(), new RunId("live"), epoch);
    Run over = finish(create(store(), RUN, epoch), epoch);
    RunId otherId = new RunId("other-over");
    Run other = finish(hold(store(), create(store(), otherId, epoch), "held", epoch), epoch);
    List<RunRecord> history = store().history(otherId);

    store().archive(List.of(RUN, otherId), epoch);
    store().archive(List.of(RUN), epoch);

    assertThat(otherStore().present()).containsExactly(live.id());
    assertThat(otherStore().list()).containsExactly(RUN, live.id(), otherId);
    assertThat(otherStore().load(List.of(otherId, live.id(), RUN)))
        .containsExactly(other, live, over);
    assertThat(otherStore().history(otherId)).isEqualTo(history);
    assertThat(otherStore().history(otherId, 1, 1)).containsExactly(history.get(1));
    assertThat(otherStore().specText(other)).contains(Histories.specText(otherId));
    assertThat(otherStore().verifyHistory(otherId)).isEqualTo(other);
    assertThatThrownBy(() -> hold(store(), over, "too late", epoch))
        .isInstanceOf(ConflictException.class);
    assertThatThrownBy(
            () ->
                store()
                    .create(Histories.submission(RUN), Histories.specText(RUN), "again", AT, epoch))
        .isInstanceOf(ConflictException.class);
  }

  @Test
  void archivesNothingThatLivesNorForAnOlderLeader() {
    Epoch epoch = store().lead();
    Run over = finish(create(store(), RUN, epoch), epoch);
    RunId live = new RunId("live");
    create(store(), live, epoch);
    assertThatThrownBy(() -> store().archive(List.of(live), epoch))
        .isInstanceOf(IllegalArgumentException.class);
    otherStore().lead();
    assertThatThrownBy(() -> store().archive(List.of(RUN), epoch))
        .isInstanceOf(FencedException.class);
    assertThat(store().present()).containsExactly(RUN, live);
    assertThat(store().load(RUN)).contains(over);
  }

  private Run finish(Run run, Epoch epoch) {
    RunEvent end = new RunEvent.RunFinished(Outcome.CANCELLED);
    return store().record(run, List.of(end), "over", AT.plusSeconds(run.version()), epoch);
  }

  @Test
  void keepsWhatIsKnownOfEachClustersNodes() {
    Epoch epoch = store().lead();
    assertThat(store().nodes("a100")).isEqualTo(SiteNodes.none("a100"));
    SiteNodes first = store().recordNodes(blamed(store().nodes("a100"), 1), epoch);
    SiteNodes second = store().recordNodes(blamed(first, 2), epoch);
    store().recordNodes(blamed(store().nodes("h100"), 7), epoch);

    assertThat(second.version()).isEqualTo(2);
    assertThat(otherStore().nodes("a100")).isEqualTo(second);
    assertThat(otherStore().nodes("h100").version()).isEqualTo(1);
    assertThat(store().recordNodes(blamed(first, 2), epoch)).isEqualTo(second);
  }

  @Test
  void refusesNodesOfAnOlderVersionOrLeader() {
    Epoch older = store().lead();
    SiteNodes first = store().recordNodes(blamed(store().nodes("a100"), 1), older);
    store().recordNodes(blamed(first, 2), older);

    assertThatThrownBy(() -> store().recordNodes(blamed(first, 3), older))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("a100");
    assertThatThrownBy(() -> store().recordNodes(blamed(SiteNodes.none("a100"), 3), older))
        .isInstanceOf(ConflictException.class);
    otherStore().lead();
    assertThatThrownBy(() -> store().recordNodes(blamed(store().nodes("a100"), 4), older))
        .isInstanceOf(FencedException.class)
        .hasMessageContaining("a100");
    assertThat(store().nodes("a100").node("n1").orElseThrow().failureCount()).isEqualTo(2);
  }

  @Test
  void recordsNodesOnceWhateverIsLost() {
    Epoch epoch = store().lead();
    loseNextAnswer();
    SiteNodes nodes = nodesUntilKnown(SiteNodes.none("a100"), 1, epoch);
    loseNextRequest();
    nodes = nodesUntilKnown(nodes, 2, epoch);
    loseNextAnswer();
    nodes = nodesUntilKnown(nodes, 3, epoch);

    assertThat(nodes.version()).isEqualTo(3);
    assertThat(store().nodes("a100")).isEqualTo(nodes);
  }

  private SiteNodes nodesUntilKnown(SiteNodes before, int attempt, Epoch epoch) {
    try {
      return store().recordNodes(blamed(before, attempt), epoch);
    } catch (UnavailableException e) {
      return store().recordNodes(blamed(before, attempt), epoch);
    }
  }

  private static SiteNodes blamed(SiteNodes nodes, int attempt) {
    return nodes
        .blamed("n1", new Blame(RUN, attempt, EndCause.GPU_FAULT, AT.plusSeconds(attempt)))
        .excluded("n2", new Exclusion("ECC", "ada", AT, Optional.of(AT.plusSeconds(60))))
        .readmitted("n3", AT);
  }
}
