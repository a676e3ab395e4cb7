package org.bloomery.controlplane.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.bloomery.core.id.HomeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A home is found, made and tested before anything starts in it, and has one server. */
class HomeTest {
  private static final HomeId ID = new HomeId("0a1b2c");

  @TempDir private Path temporary;

  @Test
  void theHomeIsWhereTheUserSays() throws HomeException {
    assertThat(Home.locate(Map.of("BLOOMERY_HOME", "/srv/with space", "HOME", "/root")))
        .isEqualTo(Path.of("/srv/with space"));
    assertThat(Home.locate(Map.of("BLOOMERY_HOME", "", "HOME", "/home/ada")))
        .isEqualTo(Path.of("/home/ada/.bloomery"));
    assertThat(Home.locate(Map.of("HOME", "/home/ada"))).isEqualTo(Path.of("/home/ada/.bloomery"));
  }

  @Test
  void aHomeThatCannotBeNamedSafelyIsRefused() {
    assertThatThrownBy(() -> Home.locate(Map.of("BLOOMERY_HOME", "relative/home")))
        .isInstanceOf(HomeException.class)
        .hasMessageContaining("absolute");
    assertThatThrownBy(() -> Home.locate(Map.of("BLOOMERY_HOME", "/srv/two\nlines")))
        .isInstanceOf(HomeException.class)
        .hasMessageContaining("newline");
    assertThatThrownBy(() -> Home.locate(Map.of()))
        .isInstanceOf(HomeException.class)
        .hasMessageContaining("set BLOOMERY_HOME");
  }

  @Test
  void aHomeIsMadeForItsOwnerOnlyAndKeepsItsId() throws Exception {
    Path root = temporary.resolve("deep/it's home");
    assertThat(Home.idOf(root)).isEmpty();

    Home home = Home.open(root, 1);

    assertThat(mode(root)).isEqualTo("rwx------");
    assertThat(home.runs()).isDirectory();
    assertThat(home.checkpoints()).isDirectory();
    assertThat(home.data()).isDirectory();
    assertThat(mode(home.zookeeper())).isEqualTo("rwx------");
    assertThat(Home.open(root, 1).id()).isEqualTo(home.id());
    assertThat(Home.idOf(root)).hasValue(home.id());
    assertThat(root.toFile().list())
        .containsExactlyInAnyOrder("home-id", "runs", "checkpoints", "data", "zookeeper");
  }

  @Test
  void aDamagedIdIsNotReplacedByANewOne() throws Exception {
    Path root = temporary.resolve("home");
    Home.open(root, 1);
    Files.writeString(root.resolve("home-id"), "");

    assertThatThrownBy(() -> Home.open(root, 1))
        .isInstanceOf(HomeException.class)
        .hasMessageContaining("restore it");
  }

  @Test
  void withoutSpaceNothingStarts() {
    Path root = temporary.resolve("home");

    assertThatThrownBy(() -> Home.open(root, Long.MAX_VALUE))
        .isInstanceOf(HomeException.class)
        .hasMessageContaining(root.toString())
        .hasMessageContaining("MiB free")
        .hasMessageContaining("make room");
    assertThat(root.resolve("home-id")).doesNotExist();
  }

  @Test
  void whereNothingCanBeWrittenTheErrorSaysSo() throws Exception {
    Path file = Files.writeString(temporary.resolve("file"), "");

    for (Path bad : new Path[] {file, file.resolve("below"), Path.of("/proc/no-home-here")}) {
      assertThatThrownBy(() -> Home.open(bad, 1))
          .isInstanceOf(HomeException.class)
          .hasMessageContaining(bad.toString());
    }
  }

  @Test
  void aHomeThatOthersCanWriteInIsRefused() throws Exception {
    Path root = Files.createDirectory(temporary.resolve("home"));
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> Home.open(root, 1))
        .isInstanceOf(HomeException.class)
        .hasMessageContaining("chmod 700");
  }

  @Test
  void aHomeOfSomebodyElseIsRefused() throws Exception {
    // Only root can give a directory away; anybody else finds one that is not theirs.
    Path foreign = Path.of("/");
    if (OwnDirectory.uid() == 0) {
      foreign = Files.createDirectory(temporary.resolve("home"));
      Files.setAttribute(foreign, "unix:uid", 65534);
    }
    Path root = foreign;

    assertThatThrownBy(() -> Home.open(root, 1))
        .isInstanceOf(HomeException.class)
        .hasMessageContaining("not to you");
  }

  // One server

  @Test
  void aHomeHasOneServerInThisProcess() throws Exception {
    Home home = Home.open(temporary.resolve("home"), 1);
    String own = Long.toString(ProcessHandle.current().pid());

    try (HomeLock first = home.lock()) {
      assertThat(first).isNotNull();
      assertThatThrownBy(home::lock)
          .isInstanceOf(HomeException.class)
          .hasMessageContaining("another server (pid " + own);
    }
    home.lock().close();
  }

  @Test
  void aHomeHasOneServerAmongProcessesAndAKilledOneLeavesIt() throws Exception {
    Home home = Home.open(temporary.resolve("home"), 1);
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockAndHang.class.getName(),
                home.root().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      byte[] word = other.getInputStream().readNBytes(6);
      assertThat(new String(word, StandardCharsets.US_ASCII)).isEqualTo("locked");

      assertThatThrownBy(home::lock)
          .isInstanceOf(HomeException.class)
          .hasMessageContaining("another server (pid " + other.pid() + " on ")
          .hasMessageContaining("runs on this home");
    } finally {
      other.destroyForcibly().waitFor();
    }
    home.lock().close();
  }

  // The socket's place

  @Test
  void theSocketLiesInTheUsersRuntimeDirectory() throws Exception {
    SocketDirectory directory =
        SocketDirectory.open(ID, Map.of("XDG_RUNTIME_DIR", temporary.toString()));

    assertThat(directory.socket())
        .isEqualTo(temporary.resolve("bloomery-0a1b2c").resolve("control.sock"));
    assertThat(mode(directory.path())).isEqualTo("rwx------");
    assertThat(SocketDirectory.open(ID, Map.of("XDG_RUNTIME_DIR", temporary.toString())))
        .isEqualTo(directory);
  }

  @Test
  void withoutAUsableRuntimeDirectoryTheSocketLiesInTmp() throws Exception {
    Path tooDeep = Files.createDirectories(temporary.resolve("d".repeat(80)));
    Path inTmp = Path.of("/tmp/bloomery-" + OwnDirectory.uid() + "-0a1b2c");

    assertThat(SocketDirectory.of(ID, Map.of()).path()).isEqualTo(inTmp);
    assertThat(SocketDirectory.of(ID, Map.of("XDG_RUNTIME_DIR", "relative")).path())
        .isEqualTo(inTmp);
    assertThat(SocketDirectory.of(ID, Map.of("XDG_RUNTIME_DIR", "/no/such/place")).path())
        .isEqualTo(inTmp);
    assertThat(SocketDirectory.of(ID, Map.of("XDG_RUNTIME_DIR", tooDeep.toString())).path())
        .isEqualTo(inTmp);
  }

  @Test
  void aSocketDirectoryThatSomebodyPreparedIsRefused() throws Exception {
    Map<String, String> environment = Map.of("XDG_RUNTIME_DIR", temporary.toString());
    Path place = temporary.resolve("bloomery-0a1b2c");

    Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
    Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwx------"));
    Files.createSymbolicLink(place, elsewhere);
    assertThatThrownBy(() -> SocketDirectory.open(ID, environment))
        .isInstanceOf(HomeException.class);
    Files.delete(place);

    Files.createFile(place);
    assertThatThrownBy(() -> SocketDirectory.open(ID, environment))
        .isInstanceOf(HomeException.class)
        .hasMessageContaining("not a directory");
    Files.delete(place);

    Files.createDirectory(place);
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(() -> SocketDirectory.open(ID, environment))
        .isInstanceOf(HomeException.class)
        .hasMessageContaining("rwxr-xr-x");
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  /** A server that takes a home and waits to be killed. */
  static final class LockAndHang {
    private LockAndHang() {}

    public static void main(String[] arguments) throws Exception {
      Home.open(Path.of(arguments[0]), 1).lock();
      System.out.print("locked");
      System.out.flush();
      Thread.sleep(600_000);
    }
  }
}
