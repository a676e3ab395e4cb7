package org.bloomery.controlplane.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.data.Stat;
import org.bloomery.core.id.RunId;
import org.bloomery.core.id.Sha256;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.port.RunStore.DamagedException;
import org.bloomery.core.port.RunStore.Epoch;
import org.bloomery.core.port.RunStore.FencedException;
import org.bloomery.core.port.RunStoreContract;
import org.bloomery.core.run.Histories;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.Outcome;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of all stores against a real server; the store under test reaches it through a proxy
 * that loses requests and answers.
 */
final class ZooKeeperRunStoreTest extends RunStoreContract {
  private static final RunId RUN = new RunId("bloom-nano");
  private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");
  private static final RunEvent HELD = new RunEvent.RunHeld(HoldReason.STOPPED, "by hand");

  @TempDir private static Path home;
  private static HomeState state;
  private static LossyProxy proxy;
  private static CuratorFramework throughProxy;
  private RunStore store;

  @BeforeAll
  static void start() throws Exception {
    state = HomeState.open(home, "direct");
    proxy = new LossyProxy(state.connectString());
    throughProxy = CuratorSession.open(proxy.connectString(), ZooKeeperSecret.ofHome(home));
  }

  @AfterAll
  static void stop() throws Exception {
    throughProxy.close();
    proxy.close();
    state.close();
  }

  @BeforeEach
  void empty() throws Exception {
    state.client().delete().deletingChildrenIfNeeded().forPath("/bloomery");
    store = ZooKeeperRunStore.open(throughProxy, "through the proxy", home.resolve("archive"));
  }

  @Override
  protected RunStore store() {
    return store;
  }

  @Override
  protected RunStore otherStore() {
    return state.runs();
  }

  @Override
  protected void loseNextRequest() {
    proxy.loseNext(LossyProxy.Loss.REQUEST);
  }

  @Override
  protected void loseNextAnswer() {
    proxy.loseNext(LossyProxy.Loss.ANSWER);
  }

  private Run create(Epoch epoch) {
    return store.create(Histories.submission(RUN), Histories.specText(RUN), "submitted", AT, epoch);
  }

  private Run hold(Run run, Epoch epoch) {
    return store.record(run, List.of(HELD), "why", AT, epoch);
  }

  @Test
  void resolvesALostAnswerByItself() {
    Epoch epoch = store.lead();
    Run run = create(epoch);
    int cutsBefore = proxy.cuts();
    loseNextAnswer();
    Run after = hold(run, epoch);
    assertThat(proxy.cuts()).isEqualTo(cutsBefore + 1);
    assertThat(after.version()).isEqualTo(2);
    assertThat(store.verifyHistory(RUN)).isEqualTo(after);
  }

  @Test
  void namesTheLeaderThatHasTakenOver() {
    Epoch epoch = store.lead();
    Run run = create(epoch);
    otherStore().lead();
    assertThatThrownBy(() -> hold(run, epoch))
        .isInstanceOf(FencedException.class)
        .hasMessage("bloom-nano: direct leads now; version 2 was not recorded");
  }

  @Test
  void keepsTheNodesVersionOneBehindTheRuns() throws Exception {
    Epoch epoch = store.lead();
    Run run = hold(hold(create(epoch), epoch), epoch);
    Stat stat = state.client().checkExists().forPath(Layout.run(RUN));
    assertThat(stat.getVersion()).isEqualTo(2);
    assertThat(run.version()).isEqualTo(3);
    assertThat(state.client().checkExists().forPath(Layout.EPOCH).getVersion())
        .isEqualTo((int) epoch.number());
  }

  @Test
  void laysOutNodesAsTheClassCommentSays() throws Exception {
    create(store.lead());
    String bucket = Sha256.of("bloom-nano").substring(0, 2);
    String run = "/bloomery/v1/runs/" + bucket + "/bloom-nano";
    assertThat(state.client().checkExists().forPath(run)).isNotNull();
    assertThat(state.client().checkExists().forPath(run + "/events/0000000/0000000001"))
        .isNotNull();
    assertThat(Layout.event(RUN, 12_345)).isEqualTo(run + "/events/0000012/0000012345");
  }

  @Test
  void startsANewParentEveryThousandEvents() throws Exception {
    Epoch epoch = store.lead();
    Run run = create(epoch);
    RunStore direct = otherStore();
    while (run.version() < 1001) {
      run = direct.record(run, List.of(HELD), "why", AT, epoch);
    }
    assertThat(state.client().getChildren().forPath(Layout.events(RUN)))
        .containsExactlyInAnyOrder("0000000", "0000001");
    assertThat(state.client().getChildren().forPath(Layout.shard(RUN, 1))).hasSize(999);
    assertThat(store.verifyHistory(RUN)).isEqualTo(run);
    assertThat(store.history(RUN, 998, 3)).hasSize(3);
  }

  @Test
  void theOldRecordsOfALongHistoryMoveIntoAFile() throws Exception {
    Epoch epoch = store.lead();
    Run run = create(epoch);
    RunStore direct = otherStore();
    while (run.version() < 1999) {
      run = direct.record(run, List.of(HELD), "why", AT, epoch);
    }
    store.archiveRecords(List.of(RUN), epoch);
    assertThat(state.client().getChildren().forPath(Layout.shard(RUN, 1))).hasSize(999);
    run = direct.record(run, List.of(HELD), "why", AT, epoch);
    List<RunRecord> history = store.history(RUN);

    proxy.loseNext(LossyProxy.Loss.ANSWER);
    store.archiveRecords(List.of(RUN), epoch);
    direct.archiveRecords(List.of(RUN), epoch);

    assertThat(state.client().getChildren().forPath(Layout.shard(RUN, 1))).isEmpty();
    assertThat(state.client().getChildren().forPath(Layout.shard(RUN, 1000))).hasSize(1000);
    assertThat(direct.history(RUN)).isEqualTo(history);
    assertThat(direct.history(RUN, 900, 200)).isEqualTo(history.subList(900, 1100));
    assertThat(direct.verifyHistory(RUN)).isEqualTo(run);
    RunEvent end = new RunEvent.RunFinished(Outcome.CANCELLED);
    run = direct.record(run, List.of(end), "over", AT, epoch);
    direct.archive(List.of(RUN), epoch);
    assertThat(store.present()).isEmpty();
    assertThat(store.verifyHistory(RUN)).isEqualTo(run);
  }

  @Test
  void reportsAHoleInTheHistory() throws Exception {
    Epoch epoch = store.lead();
    hold(hold(create(epoch), epoch), epoch);
    state.client().delete().forPath(Layout.event(RUN, 2));
    assertThat(store.load(RUN)).isPresent();
    assertThatThrownBy(() -> store.verifyHistory(RUN))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("0000000002 is missing");
  }

  @Test
  void reportsAMissingLastRecord() throws Exception {
    Epoch epoch = store.lead();
    hold(create(epoch), epoch);
    state.client().delete().forPath(Layout.event(RUN, 2));
    assertThatThrownBy(() -> store.load(RUN)).isInstanceOf(DamagedException.class);
  }

  @Test
  void reportsAStateThatSomebodyElseHasWritten() throws Exception {
    create(store.lead());
    String path = Layout.run(RUN);
    byte[] data = state.client().getData().forPath(path);
    state.client().setData().forPath(path, data);
    assertThatThrownBy(() -> store.load(RUN))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining(path);

    state.client().setData().forPath(path, "{\"format\":1}".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> store.load(RUN))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("not a stored run");
  }

  @Test
  void reportsAHistoryThatDoesNotFoldToTheState() throws Exception {
    Epoch epoch = store.lead();
    hold(hold(create(epoch), epoch), epoch);
    byte[] third = state.client().getData().forPath(Layout.event(RUN, 3));
    String changed =
        new String(third, StandardCharsets.UTF_8).replace("by hand", "by somebody else");
    state
        .client()
        .setData()
        .forPath(Layout.event(RUN, 3), changed.getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> store.verifyHistory(RUN))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("by somebody else");
  }
}
