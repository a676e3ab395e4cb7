package org.bloomery.controlplane.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.RunStore.DamagedException;
import org.bloomery.core.port.RunStore.Epoch;
import org.bloomery.core.run.Histories;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A home keeps what was acknowledged, whatever ends its process, and keeps it to itself. */
final class HomeStateTest {
  private static final RunId RUN = new RunId("bloom-nano");
  private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");

  @TempDir private Path home;

  private static Run create(HomeState state) {
    Epoch epoch = state.runs().lead();
    return state
        .runs()
        .create(Histories.submission(RUN), Histories.specText(RUN), "submitted", AT, epoch);
  }

  @Test
  void keepsEverythingOverARestart() {
    Run run;
    Epoch epoch;
    try (HomeState state = HomeState.open(home, "first")) {
      run = create(state);
      epoch = state.runs().lead();
    }
    try (HomeState state = HomeState.open(home, "second")) {
      assertThat(state.runs().list()).containsExactly(RUN);
      assertThat(state.runs().verifyHistory(RUN)).isEqualTo(run);
      assertThat(state.runs().specText(run)).contains(Histories.specText(RUN));
      assertThat(state.runs().lead().number()).isGreaterThan(epoch.number());
    }
  }

  @Test
  void keepsFewSnapshotsHoweverOftenItIsRestarted() throws Exception {
    Run run;
    try (HomeState state = HomeState.open(home, "test")) {
      run = create(state);
    }
    for (int i = 0; i < 6; i++) {
      HomeState.open(home, "test").close();
    }
    try (HomeState state = HomeState.open(home, "test");
        var files = Files.list(EmbeddedZooKeeper.dataDirectory(home).resolve("version-2"))) {
      assertThat(state.runs().verifyHistory(RUN)).isEqualTo(run);
      assertThat(files.filter(f -> f.getFileName().toString().startsWith("snapshot.")))
          .hasSizeBetween(SnapshotPurge.SNAPSHOTS_KEPT, SnapshotPurge.SNAPSHOTS_KEPT + 1);
    }
  }

  @Test
  @Timeout(60)
  void leavesNoThreadBehind() throws Exception {
    // The first one starts threads that belong to the JVM and to libraries as a whole.
    HomeState.open(home, "test").close();
    List<String> before = threads();
    HomeState.open(home, "test").close();
    assertThat(before).doesNotContain("zookeeper");
    // A thread that was told to end takes a moment.
    while (!before.containsAll(threads())) {
      Thread.sleep(10);
    }
  }

  @Test
  void leavesTheHandlingOfUncaughtExceptionsAlone() {
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    try (HomeState state = HomeState.open(home, "test")) {
      assertThat(state.runs().list()).isEmpty();
      assertThat(Thread.getDefaultUncaughtExceptionHandler()).isSameAs(before);
    }
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).sorted().toList();
  }

  @Test
  @Timeout(120)
  void keepsEveryAcknowledgedRecordOfAKilledProcess() throws Exception {
    Process writer = startWriter();
    long acknowledged = 0;
    try (BufferedReader lines = writer.inputReader(UTF_8)) {
      while (acknowledged < 200) {
        acknowledged = Long.parseLong(lines.readLine());
      }
      // By its handle: the process object would close the stream that is still to be read.
      writer.toHandle().destroyForcibly();
      // What it said between our last look and its end counts too; half a line does not.
      StringBuilder rest = new StringBuilder();
      for (int c = lines.read(); c >= 0; c = lines.read()) {
        rest.append((char) c);
      }
      writer.waitFor();
      String whole = rest.substring(0, rest.lastIndexOf("\n") + 1);
      for (String line : whole.lines().toList()) {
        acknowledged = Long.parseLong(line);
      }
    }
    try (HomeState state = HomeState.open(home, "after")) {
      Run run = state.runs().verifyHistory(EndlessWriter.RUN);
      // One more may have been written whose acknowledgement was cut off.
      assertThat(run.version()).isBetween(acknowledged, acknowledged + 1);
      List<RunRecord> history = state.runs().history(EndlessWriter.RUN, 0, Integer.MAX_VALUE);
      assertThat(history).hasSize((int) run.version());
    }
  }

  @Test
  @Timeout(120)
  void endsTheProcessWhenItsZooKeeperDies() throws Exception {
    Process writer = startWriter("break-server");
    try (BufferedReader lines = writer.inputReader(UTF_8)) {
      assertThat(lines.readLine()).isEqualTo("1");
      assertThat(writer.waitFor()).isEqualTo(EmbeddedZooKeeper.EXIT_STATE_LOST);
    } finally {
      writer.destroyForcibly();
    }
    try (HomeState state = HomeState.open(home, "after")) {
      assertThat(state.runs().verifyHistory(EndlessWriter.RUN).version()).isEqualTo(1);
    }
  }

  private Process startWriter(String... more) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(EndlessWriter.class.getName(), home.toString()));
    Collections.addAll(command, more);
    File errors = Files.createFile(home.resolve("writer.err")).toFile();
    return new ProcessBuilder(command).redirectError(errors).start();
  }

  @Test
  void listensOnTheLoopbackInterfaceOnly() throws Exception {
    try (HomeState state = HomeState.open(home, "test")) {
      int port = port(state);
      List<InetAddress> others =
          NetworkInterface.networkInterfaces()
              .flatMap(NetworkInterface::inetAddresses)
              .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
              .toList();
      for (InetAddress other : others) {
        assertThatThrownBy(() -> new Socket(other, port).close()).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void answersOnlyHarmlessFourLetterWords() throws Exception {
    try (HomeState state = HomeState.open(home, "test")) {
      assertThat(say(state, "ruok")).isEqualTo("imok");
      assertThat(say(state, "srvr")).contains("Mode: standalone");
      for (String word : List.of("dump", "envi", "conf", "cons", "wchp", "mntr")) {
        assertThat(say(state, word)).contains("not in the whitelist");
      }
    }
  }

  private static int port(HomeState state) {
    return Integer.parseInt(state.connectString().replaceFirst(".*:", ""));
  }

  private static String say(HomeState state, String word) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port(state)));
      socket.getOutputStream().write(word.getBytes(UTF_8));
      try (InputStream in = socket.getInputStream()) {
        return new String(in.readAllBytes(), UTF_8);
      }
    }
  }

  @Test
  void isClosedToWhoeverLacksTheSecret() throws Exception {
    try (HomeState state = HomeState.open(home, "test");
        CuratorFramework stranger =
            CuratorFrameworkFactory.newClient(state.connectString(), new RetryOneTime(100))) {
      create(state);
      stranger.start();
      String path = Layout.run(RUN);
      for (String node : List.of("/", "/bloomery", Layout.EPOCH, path, Layout.event(RUN, 1))) {
        assertThatThrownBy(() -> stranger.getData().forPath(node)).isInstanceOf(REFUSED);
        assertThatThrownBy(() -> stranger.getChildren().forPath(node)).isInstanceOf(REFUSED);
        assertThatThrownBy(() -> stranger.setData().forPath(node, new byte[0]))
            .isInstanceOf(REFUSED);
        assertThatThrownBy(
                () -> stranger.setACL().withACL(ZooDefs.Ids.OPEN_ACL_UNSAFE).forPath(node))
            .isInstanceOf(REFUSED);
        String child = node.equals("/") ? "/x" : node + "/x";
        assertThatThrownBy(() -> stranger.create().forPath(child)).isInstanceOf(REFUSED);
      }
      assertThatThrownBy(() -> stranger.delete().forPath(Layout.event(RUN, 1)))
          .isInstanceOf(REFUSED);
      assertThatThrownBy(() -> stranger.create().forPath("/zookeeper/x")).isInstanceOf(REFUSED);
    }
  }

  private static final Class<? extends Throwable> REFUSED = KeeperException.NoAuthException.class;

  @Test
  void aWrongSecretOpensNothing() throws Exception {
    HomeState.open(home, "test").close();
    Files.writeString(home.resolve("zookeeper-secret"), "0".repeat(64));
    assertThatThrownBy(() -> HomeState.open(home, "test"))
        .isInstanceOf(DurableStateException.class)
        .hasMessageContaining("zookeeper-secret");
  }

  @Test
  void aStoreWhoseNodesBelongToSomebodyElseIsNotTrusted(@TempDir Path elsewhere) {
    try (HomeState state = HomeState.open(home, "test")) {
      create(state);
      ZooKeeperSecret other = ZooKeeperSecret.ofHome(elsewhere);
      try (CuratorFramework client = CuratorSession.open(state.connectString(), other)) {
        assertThatThrownBy(() -> ZooKeeperRunStore.open(client, "other", home.resolve("archive")))
            .isInstanceOf(DamagedException.class)
            .hasMessageContaining("secret");
      }
    }
  }

  @Test
  void refusesANodeThatOthersMayWrite() throws Exception {
    String planted = Layout.RUNS + "/planted";
    try (HomeState state = HomeState.open(home, "test")) {
      state.client().create().withACL(ZooDefs.Ids.OPEN_ACL_UNSAFE).forPath(planted);
    }
    assertRefused(planted + " allows world:anyone read+write+create+delete+admin");
  }

  @Test
  void refusesANodeThatOthersMayRead() throws Exception {
    try (HomeState state = HomeState.open(home, "test")) {
      create(state);
      state.client().setACL().withACL(ZooDefs.Ids.READ_ACL_UNSAFE).forPath(Layout.event(RUN, 1));
    }
    assertRefused(Layout.event(RUN, 1) + " allows world:anyone read");
  }

  @Test
  void refusesATreeWhoseRootIsOpenAgain() throws Exception {
    try (HomeState state = HomeState.open(home, "test")) {
      state.client().setACL().withACL(ZooDefs.Ids.OPEN_ACL_UNSAFE).forPath("/");
    }
    assertRefused("/ allows world:anyone");
  }

  /** A large tree is served before all of it was looked at; what is found then is told. */
  @Test
  void tellsLaterOfAnOpenNodeInATreeThatIsLarge() throws Exception {
    try (HomeState state = HomeState.open(home, "test")) {
      create(state);
      state.client().setACL().withACL(ZooDefs.Ids.READ_ACL_UNSAFE).forPath(Layout.event(RUN, 1));
      CompletableFuture<String> found = new CompletableFuture<>();
      Owner owner = Owner.of(ZooKeeperSecret.ofHome(home));
      new AclCheck(state.client(), owner, Duration.ZERO).verify("/", found::complete);
      assertThat(found.get(1, TimeUnit.MINUTES))
          .contains(Layout.event(RUN, 1) + " allows world:anyone read");
    }
  }

  private void assertRefused(String what) {
    assertThatThrownBy(() -> HomeState.open(home, "test"))
        .isInstanceOf(DurableStateException.class)
        .hasMessageContaining(what)
        .hasMessageContaining("restore the state from a backup");
  }

  @Test
  void refusesAHomeThatIsInUse() {
    try (HomeState state = HomeState.open(home, "test")) {
      assertThatThrownBy(() -> HomeState.open(home, "second"))
          .isInstanceOf(DurableStateException.class)
          .hasMessageContaining("in use by another server");
      assertThat(state.runs().list()).isEmpty();
    }
  }

  @Test
  void saysWhatIsWrongWithAHomeThatCannotBeUsed() throws Exception {
    Path file = Files.createFile(home.resolve("file"));
    assertThatThrownBy(() -> HomeState.open(file, "test"))
        .isInstanceOf(DurableStateException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  @Timeout(60)
  void saysWhyAServerCannotStart() throws Exception {
    HomeState.open(home, "test").close();
    Path data = EmbeddedZooKeeper.dataDirectory(home).resolve("version-2");
    try (var files = Files.list(data)) {
      for (Path file : files.filter(f -> f.toString().contains("/snapshot")).toList()) {
        Files.writeString(file, "not a snapshot");
      }
    }
    assertThatThrownBy(() -> HomeState.open(home, "test"))
        .isInstanceOf(DurableStateException.class)
        .hasMessageContaining("ZooKeeper cannot start")
        .hasMessageContaining(home.toString());
    while (threads().contains("zookeeper-purge")) {
      Thread.sleep(10);
    }
  }

  @Test
  void makesTheDirectoryAndTheSecretPrivate() throws Exception {
    HomeState.open(home, "test").close();
    assertThat(mode(home.resolve("zookeeper"))).isEqualTo("rwx------");
    assertThat(mode(home.resolve("zookeeper-secret"))).isEqualTo("rw-------");
    assertThat(mode(home.resolve("ledger"))).isEqualTo("rwx------");
    try (var files = Files.list(home)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("zookeeper", "zookeeper-secret", "ledger");
    }
  }

  @Test
  void refusesASecretThatOthersMayRead() throws Exception {
    HomeState.open(home, "test").close();
    Path secret = home.resolve("zookeeper-secret");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> HomeState.open(home, "test"))
        .isInstanceOf(DurableStateException.class)
        .hasMessageContaining("rw-r-----")
        .hasMessageContaining("chmod 600 " + secret);
  }

  @Test
  void refusesADirectoryThatOthersMayRead() throws Exception {
    HomeState.open(home, "test").close();
    Path directory = home.resolve("zookeeper");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(() -> HomeState.open(home, "test"))
        .isInstanceOf(DurableStateException.class)
        .hasMessageContaining("chmod 700 " + directory);
  }

  @Test
  void refusesASecretThatIsALink(@TempDir Path elsewhere) throws Exception {
    HomeState.open(home, "test").close();
    Path secret = home.resolve("zookeeper-secret");
    Path moved = Files.move(secret, elsewhere.resolve("secret"));
    Files.createSymbolicLink(secret, moved);
    assertThatThrownBy(() -> HomeState.open(home, "test"))
        .isInstanceOf(DurableStateException.class)
        .hasMessageContaining("not a regular file");
  }

  @Test
  void doesNotReplaceASecretThatAStateNeeds() throws Exception {
    HomeState.open(home, "test").close();
    Files.delete(home.resolve("zookeeper-secret"));
    assertThatThrownBy(() -> HomeState.open(home, "test"))
        .isInstanceOf(DurableStateException.class)
        .hasMessageContaining("zookeeper-secret is missing");
    assertThat(home.resolve("zookeeper-secret")).doesNotExist();
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
