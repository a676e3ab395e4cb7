package org.bloomery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bloomery.controlplane.config.Home;
import org.bloomery.controlplane.config.HomeException;
import org.bloomery.controlplane.zookeeper.EmbeddedZooKeeper;
import org.bloomery.controlplane.zookeeper.Ensemble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: {@code doctor} tells whether {@code serve} could work with a home's ZooKeeper. */
class ZooKeeperCheckTest {
  @TempDir private Path directory;

  private Home home(String name, String properties) throws IOException, HomeException {
    Path root = Files.createDirectories(directory.resolve(name));
    if (!properties.isEmpty()) {
      Files.writeString(root.resolve(Ensemble.FILE), properties);
    }
    return Home.open(root, 0);
  }

  @Test
  void aServerOfItsOwnNeedsNothing() throws Exception {
    Check check = ZooKeeperCheck.of(home("own", ""));
    assertThat(check.level()).isEqualTo(Check.Level.OK);
    assertThat(check.finding()).contains("a server of this home's own");
  }

  @Test
  void aFileWithSlipsIsToldWithAllOfThem() throws Exception {
    Check check = ZooKeeperCheck.of(home("slips", "conect=zk1:2181\nsessionTimeoutSeconds=1\n"));
    assertThat(check.level()).isEqualTo(Check.Level.FAILED);
    assertThat(check.finding()).contains("conect", "connect is missing", "sessionTimeoutSeconds=1");
  }

  @Test
  void anEnsembleIsAskedAndBelongsToOneHome() throws Exception {
    try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(directory.resolve("server"))) {
      String properties = "connect=" + server.connectString() + "/bloom\n";
      Check first = ZooKeeperCheck.of(home("first", properties));
      assertThat(first.level()).isEqualTo(Check.Level.OK);
      assertThat(first.finding()).contains(server.connectString(), "sessions of 15 s");

      Home second = home("second", properties);
      Files.copy(
          directory.resolve("first/zookeeper-secret"), second.root().resolve("zookeeper-secret"));
      Check other = ZooKeeperCheck.of(second);
      assertThat(other.level()).isEqualTo(Check.Level.FAILED);
      assertThat(other.finding()).contains("belongs to the home with id");
    }
  }

  @Test
  void anEnsembleThatKnowsAnotherSecretIsOpenToUsNot() throws Exception {
    try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(directory.resolve("server"))) {
      String properties = "connect=" + server.connectString() + "/bloom\n";
      assertThat(ZooKeeperCheck.of(home("first", properties)).level()).isEqualTo(Check.Level.OK);
      Check other = ZooKeeperCheck.of(home("second", properties));
      assertThat(other.level()).isEqualTo(Check.Level.FAILED);
    }
  }
}
