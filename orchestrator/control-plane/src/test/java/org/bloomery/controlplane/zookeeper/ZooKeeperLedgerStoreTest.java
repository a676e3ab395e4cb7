package org.bloomery.controlplane.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.curator.framework.CuratorFramework;
import org.bloomery.core.id.Sha256;
import org.bloomery.core.ledger.LedgerLines;
import org.bloomery.core.port.LedgerStore;
import org.bloomery.core.port.LedgerStoreContract;
import org.bloomery.core.port.RunStore.DamagedException;
import org.bloomery.core.port.RunStore.Epoch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract against a real server, reached through a proxy that loses requests and answers. */
final class ZooKeeperLedgerStoreTest extends LedgerStoreContract {
  private static final long MARCH_1 = 1_646_092_800;

  @TempDir private static Path home;
  private static HomeState state;
  private static LossyProxy proxy;
  private static CuratorFramework throughProxy;

  @TempDir private Path directory;
  private LedgerStore store;
  private ZooKeeperRunStore leadership;

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
    leadership = ZooKeeperRunStore.open(state.client(), "direct", home.resolve("archive"));
    store = ZooKeeperLedgerStore.open(throughProxy, directory);
  }

  @Override
  protected LedgerStore store() {
    return store;
  }

  @Override
  protected Epoch lead() {
    return leadership.lead();
  }

  @Test
  void noNodeIsLargerThanAllowed() throws Exception {
    store.append(jobs(1, 20_000, MARCH_1), lead());
    String open = "/bloomery/v1/ledger/jean-zay/2022-03/open";
    List<String> chunks = state.client().getChildren().forPath(open);
    assertThat(chunks.size()).isBetween(2, 60);
    for (String chunk : chunks) {
      assertThat(state.client().getData().forPath(open + "/" + chunk).length)
          .isLessThanOrEqualTo(ZooKeeperLedgerStore.CHUNK_BYTES_MAX);
    }
  }

  @Test
  void smallPostingsShareANode() throws Exception {
    Epoch epoch = lead();
    for (int n = 1; n <= 20; n++) {
      store.append(jobs(n, 1, MARCH_1), epoch);
    }
    assertThat(state.client().getChildren().forPath("/bloomery/v1/ledger/jean-zay/2022-03/open"))
        .hasSize(1);
  }

  @Test
  void aLostAnswerAddsNothingTwice() {
    Epoch epoch = lead();
    store.append(jobs(1, 1, MARCH_1), epoch);
    for (int n = 2; n <= 4; n++) {
      proxy.loseNext(n % 2 == 0 ? LossyProxy.Loss.ANSWER : LossyProxy.Loss.REQUEST);
      store.append(jobs(n, 1, MARCH_1), epoch);
    }
    proxy.loseNext(LossyProxy.Loss.ANSWER);
    store.close(MARCH, epoch);
    assertThat(store.segments()).hasSize(1);
    assertThat(store.segments().get(0).lines()).isEqualTo(4);
  }

  @Test
  void aClosedMonthIsTextThatAnyToolReads() throws Exception {
    Epoch epoch = lead();
    store.append(jobs(1, 2, MARCH_1), epoch);
    store.close(MARCH, epoch);
    Path file = directory.resolve(store.segments().get(0).file());
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      List<String> lines = new String(in.readAllBytes(), UTF_8).lines().toList();
      assertThat(lines).hasSize(3);
      assertThat(lines.get(0)).isEqualTo(LedgerLines.TITLE);
      assertThat(lines.get(1))
          .isEqualTo(
              "jean-zay\t1\t1646092701\tsix\tada\t\ttr11\t1\todd\\tname\\n\\\\\tgpu_p5\tiam[01-48]"
                  + "\t1646092791\t1646092801\t3840\t3840\tTIMEOUT\tACCOUNTING\ttrue");
    }
    assertThat(Sha256.of(Files.readAllBytes(file))).isEqualTo(store.segments().get(0).sha256());
  }

  @Test
  void aFileThatIsNotWhatItWasIsDamage() throws Exception {
    Epoch epoch = lead();
    store.append(jobs(1, 2, MARCH_1), epoch);
    store.close(MARCH, epoch);
    Path file = directory.resolve(store.segments().get(0).file());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> store.read(lines -> {}))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining(file.getFileName().toString());
    Files.delete(file);
    assertThatThrownBy(() -> store.read(lines -> {})).isInstanceOf(DamagedException.class);
  }
}
