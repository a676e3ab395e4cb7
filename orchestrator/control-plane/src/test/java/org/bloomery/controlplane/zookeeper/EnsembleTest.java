package org.bloomery.controlplane.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.ZooDefs;
import org.bloomery.core.port.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A home whose state lies with servers that somebody else runs: how that is said, and refused. */
final class EnsembleTest {
  @TempDir private Path home;

  private void write(String mode, String... lines) throws IOException {
    Path file = home.resolve(Ensemble.FILE);
    Files.write(file, List.of(lines));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  @Test
  void withoutTheFileThereIsNone() {
    assertThat(Ensemble.ofHome(home)).isEmpty();
  }

  @Test
  void readsServersRootSessionOwnerAndSettings() throws Exception {
    Path store = Files.createFile(home.resolve("trust.p12"));
    write(
        "rw-------",
        "connect=zk1:2181, zk2:2181,[::1]:2182/teams/bloom",
        "sessionTimeoutSeconds=30",
        "owner=sasl:bloom",
        "zookeeper.client.secure=true",
        "zookeeper.ssl.trustStore.location=" + store,
        "zookeeper.ssl.trustStore.password=secret");
    Ensemble ensemble = Ensemble.ofHome(home).orElseThrow();
    assertThat(ensemble.servers()).containsExactly("zk1:2181", "zk2:2181", "[::1]:2182");
    assertThat(ensemble.connectString()).isEqualTo("zk1:2181,zk2:2181,[::1]:2182/teams/bloom");
    assertThat(ensemble.sessionTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(ensemble.owner()).contains("sasl:bloom");
    assertThat(ensemble.isSecure()).isTrue();
    CuratorSession.Access access = ensemble.access(home);
    assertThat(access.owner().sendsSecret()).isFalse();
    assertThat(access.settings().getProperty("zookeeper.ssl.trustStore.location"))
        .isEqualTo(store.toString());
    assertThat(access.settings().getProperty("zookeeper.clientCnxnSocket")).endsWith("Netty");
  }

  @Test
  void hasDefaultsForAllButTheServers() throws Exception {
    write("rw-r--r--", "connect=zk1:2181");
    Ensemble ensemble = Ensemble.ofHome(home).orElseThrow();
    assertThat(ensemble)
        .isEqualTo(
            new Ensemble(
                List.of("zk1:2181"),
                "",
                Ensemble.SESSION_DEFAULT,
                java.util.Optional.empty(),
                new java.util.TreeMap<>()));
    assertThat(ensemble.access(home).owner().sendsSecret()).isTrue();
  }

  @Test
  void saysAllThatIsWrongAtOnce() throws Exception {
    Map<String, String> wrong =
        Map.of(
            "conect=zk1:2181", "conect is neither connect",
            "connect=zk1", "'zk1' is not a host and a port",
            "connect=zk1:70000", "'zk1:70000' is not a host and a port",
            "connect=zk1:1/a//b", "the root /a//b is no path",
            "sessionTimeoutSeconds=1", "a whole number from 3 to 120",
            "owner=me", "write digest, sasl:NAME or x509:NAME",
            "owner=x509:CN=me", "needs zookeeper.client.secure=true",
            "zookeeper.ssl.trustStore.location=/nowhere", "there is no such file");
    for (Map.Entry<String, String> one : wrong.entrySet()) {
      write("rw-------", one.getKey());
      assertThatThrownBy(() -> Ensemble.ofHome(home))
          .as(one.getKey())
          .isInstanceOf(DurableStateException.class)
          .hasMessageContaining(Ensemble.FILE)
          .hasMessageContaining(one.getValue());
    }
    write("rw-------", "owner=me", "slip=1");
    assertThatThrownBy(() -> Ensemble.ofHome(home))
        .hasMessageContaining("connect is missing")
        .hasMessageContaining("owner=me")
        .hasMessageContaining("slip");
  }

  @Test
  void refusesAFileThatOthersMayChangeOrWhosePasswordTheyMayRead() throws Exception {
    write("rw-rw-r--", "connect=zk1:2181");
    assertThatThrownBy(() -> Ensemble.ofHome(home)).hasMessageContaining("others may change it");
    write("rw-r--r--", "connect=zk1:2181", "zookeeper.ssl.keyStore.password=x");
    assertThatThrownBy(() -> Ensemble.ofHome(home)).hasMessageContaining("read its password");
  }

  /** One server stands in for an ensemble: it is somebody else's, and its root is open. */
  @Test
  void opensARootOfItsOwnOnServersThatBelongToOthers(@TempDir Path elsewhere) throws Exception {
    try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(elsewhere)) {
      write("rw-------", "connect=" + server.connectString() + "/teams/bloom");
      try (HomeState first = HomeState.open(home, "first");
          HomeState second = HomeState.open(home, "second")) {
        first.requireHome("c0ffee");
        second.requireHome("c0ffee");
        assertThatThrownBy(() -> second.requireHome("beef00"))
            .isInstanceOf(DurableStateException.class)
            .hasMessageContaining("c0ffee");
        RunStore.Epoch epoch = first.runs().lead();
        assertThat(second.runs().leader()).isEqualTo(new RunStore.Leader(epoch, "first"));
      }
      try (CuratorFramework stranger = stranger(server)) {
        assertThatThrownBy(() -> stranger.getChildren().forPath("/teams/bloom"))
            .isInstanceOf(org.apache.zookeeper.KeeperException.NoAuthException.class);
      }
    }
  }

  @Test
  void refusesARootThatOthersMayWrite(@TempDir Path elsewhere) throws Exception {
    try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(elsewhere);
        CuratorFramework stranger = stranger(server)) {
      stranger.create().withACL(ZooDefs.Ids.OPEN_ACL_UNSAFE).forPath("/open");
      write("rw-------", "connect=" + server.connectString() + "/open");
      assertThatThrownBy(() -> HomeState.open(home, "test"))
          .isInstanceOf(DurableStateException.class)
          .hasMessageContaining("/ allows world:anyone");
    }
  }

  private static CuratorFramework stranger(EmbeddedZooKeeper server) {
    CuratorFramework stranger =
        CuratorFrameworkFactory.newClient(server.connectString(), new RetryOneTime(100));
    stranger.start();
    return stranger;
  }

  @Test
  void doesNotForgetTheStateThatAHomeHasAlready() throws Exception {
    HomeState.open(home, "test").close();
    write("rw-------", "connect=zk1:2181");
    assertThatThrownBy(() -> HomeState.open(home, "test"))
        .isInstanceOf(DurableStateException.class)
        .hasMessageContaining("does not know its runs");
  }

  @Test
  void saysWhereNobodyAnswers() throws Exception {
    write("rw-------", "connect=127.0.0.1:1");
    assertThatThrownBy(() -> HomeState.open(home, "test"))
        .isInstanceOf(DurableStateException.class)
        .hasMessageContaining("127.0.0.1:1 does not answer");
  }

  /** The latch decides, and the epoch is taken only while the latch's node is there. */
  @Test
  void ofTwoOneLeadsUntilItGivesItBack(@TempDir Path elsewhere) throws Exception {
    try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(elsewhere)) {
      write("rw-------", "connect=" + server.connectString());
      try (HomeState first = HomeState.open(home, "first");
          HomeState second = HomeState.open(home, "second")) {
        Election.Office office = first.election().take();
        java.util.concurrent.CompletableFuture<Election.Office> waits =
            java.util.concurrent.CompletableFuture.supplyAsync(() -> take(second));
        assertThat(first.runs().leader().epoch()).isEqualTo(office.epoch());
        first.runs().confirm(office.epoch());
        assertThat(waits).isNotDone();

        office.close();
        try (Election.Office next = waits.join()) {
          assertThat(next.epoch().number()).isGreaterThan(office.epoch().number());
          second.runs().confirm(next.epoch());
          assertThat(second.runs().leader().name()).isEqualTo("second");
        }
      }
    }
  }

  private static Election.Office take(HomeState state) {
    try {
      return state.election().take();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whoseLatchIsGoneDeposesNobody() throws Exception {
    try (HomeState state = HomeState.open(home, "test")) {
      RunStore.Epoch epoch = state.runs().lead();
      ZooKeeperRunStore late =
          ZooKeeperRunStore.open(state.client(), "late", home.resolve("archive"));
      assertThat(late.leadWhile(Layout.CANDIDATES + "/gone")).isEmpty();
      assertThat(state.runs().leader()).isEqualTo(new RunStore.Leader(epoch, "test"));
    }
  }
}
