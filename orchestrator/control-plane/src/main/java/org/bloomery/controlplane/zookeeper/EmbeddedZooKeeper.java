package org.bloomery.controlplane.zookeeper;

import java.io.IOException;
import java.lang.Thread.UncaughtExceptionHandler;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.zookeeper.server.ServerConfig;
import org.apache.zookeeper.server.ZooKeeperServerMain;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A persistent ZooKeeper server in this process, for one machine: its data lies in {@code
 * <home>/zookeeper}, and it listens on the loopback interface only, on a port chosen at each start.
 *
 * <p>It runs ZooKeeper's {@link ZooKeeperServerMain} on a thread of its own. ZooKeeper's class for
 * embedding (3.9.5) would leave a configuration file behind at each start, never stop the purging
 * of old snapshots, return from closing before the log is closed, and hide why a start has failed.
 */
public final class EmbeddedZooKeeper implements AutoCloseable {
  /** The process's exit code when its ZooKeeper has died: the state is unreachable. */
  public static final int EXIT_STATE_LOST = 5;

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedZooKeeper.class);
  private static final String LOOPBACK = "127.0.0.1";

  /** Reading a large log after a crash takes its time. */
  private static final Duration START_MAX = Duration.ofMinutes(2);

  private static final Duration STOP_MAX = Duration.ofSeconds(30);

  private final Path directory;
  private final FileChannel lock;
  private final SnapshotPurge purge;
  private final Consumer<Throwable> onDeath;
  private final Server server = new Server();
  private final Thread thread;
  private volatile boolean closing;
  private int port;

  /** Tells when it listens, and where. */
  private static final class Server extends ZooKeeperServerMain {
    private final CompletableFuture<Integer> listening = new CompletableFuture<>();

    @Override
    protected void serverStarted() {
      listening.complete(getClientPort());
    }

    /** Ends the threads of a start that failed half-way; a normal close would wait for them. */
    void abandon() {
      shutdown();
    }
  }

  private EmbeddedZooKeeper(
      Path directory, FileChannel lock, ServerConfig config, Consumer<Throwable> onDeath) {
    this.directory = directory;
    this.lock = lock;
    this.onDeath = onDeath;
    purge = new SnapshotPurge(config.getDataDir());
    thread = new Thread(() -> serve(config), "zookeeper");
    thread.setDaemon(true);
  }

  /**
   * Starts the server of a home; should it die, this process ends at once, as after {@code kill
   * -9}: going on half alive would be worse, and every start copes with that.
   */
  public static EmbeddedZooKeeper start(Path home) {
    return start(home, EmbeddedZooKeeper::endProcess);
  }

  /**
   * Starts the server of a home.
   *
   * @param onDeath called on the server's thread if it ends without having been closed
   * @throws DurableStateException if the home is in use, unwritable or damaged
   */
  public static EmbeddedZooKeeper start(Path home, Consumer<Throwable> onDeath) {
    Path directory = home.resolve("zookeeper");
    FileChannel lock = null;
    EmbeddedZooKeeper started = null;
    try {
      createPrivate(directory);
      lock = lock(directory);
      started = new EmbeddedZooKeeper(directory, lock, configuration(home), onDeath);
      started.begin();
      return started;
    } catch (IOException | ConfigException e) {
      throw new DurableStateException(
          directory
              + ": ZooKeeper cannot start: "
              + e
              + ". "
              + "Check that the directory is writable and its disk is not full.",
          e);
    } finally {
      if (started == null || started.port == 0) {
        if (started != null) {
          started.purge.stop();
        }
        release(lock);
      }
    }
  }

  /** Where a home's state lies once a server was started. */
  static Path dataDirectory(Path home) {
    return home.resolve("zookeeper").resolve("data");
  }

  /** Where clients reach it: host and port. */
  public String connectString() {
    return LOOPBACK + ":" + port;
  }

  private static void createPrivate(Path directory) throws IOException {
    Set<PosixFilePermission> ownerOnly = PosixFilePermissions.fromString("rwx------");
    Files.createDirectories(directory.getParent());
    if (!Files.exists(directory)) {
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(ownerOnly));
    }
    Set<PosixFilePermission> found = Files.getPosixFilePermissions(directory);
    if (!ownerOnly.containsAll(found)) {
      throw new DurableStateException(
          directory
              + " has mode "
              + PosixFilePermissions.toString(found)
              + ": others may read or change this home's state. "
              + "If nobody else has, run: chmod 700 "
              + directory);
    }
  }

  private static FileChannel lock(Path directory) throws IOException {
    Path file = directory.resolve("lock");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock held = null;
    try {
      held = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      LOG.debug("{} is locked by this process", file, e);
    } finally {
      if (held == null) {
        channel.close();
      }
    }
    if (held == null) {
      throw new DurableStateException(
          directory
              + " is in use by another server. "
              + "Stop that one, or choose another BLOOMERY_HOME.");
    }
    return channel;
  }

  private static ServerConfig configuration(Path home) throws IOException, ConfigException {
    Properties settings = new Properties();
    settings.setProperty("dataDir", dataDirectory(home).toAbsolutePath().toString());
    settings.setProperty("clientPortAddress", LOOPBACK);
    settings.setProperty("clientPort", "0");
    // Sessions last from 2 to 20 ticks, in milliseconds.
    settings.setProperty("tickTime", "2000");
    // Counted per address: a limit would let any user of this machine lock us out.
    settings.setProperty("maxClientCnxns", "0");
    settings.setProperty("admin.enableServer", "false");
    settings.setProperty("4lw.commands.whitelist", "ruok,srvr");
    settings.setProperty("forceSync", "yes");
    // In KiB; the default of 64 MiB per start and log is a lot for a home with a quota.
    settings.setProperty("preAllocSize", "4096");
    QuorumPeerConfig parsed = new QuorumPeerConfig();
    parsed.parseProperties(settings);
    ServerConfig config = new ServerConfig();
    config.readFrom(parsed);
    return config;
  }

  private void begin() throws IOException {
    // ZooKeeper sets its own for the whole process, which only logs; what it was is put back.
    UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    try {
      beginServing();
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  private void beginServing() throws IOException {
    thread.start();
    try {
      port = server.listening.get(START_MAX.toMillis(), TimeUnit.MILLISECONDS);
      purge.start();
    } catch (ExecutionException e) {
      server.abandon();
      throw new DurableStateException(
          directory
              + ": ZooKeeper cannot start: "
              + e.getCause()
              + ". Check that its disk is "
              + "healthy and not full; if the state is damaged, restore it from a backup.",
          e.getCause());
    } catch (TimeoutException e) {
      closing = true;
      server.abandon();
      throw new IOException("no answer within " + START_MAX.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closing = true;
      server.abandon();
      throw new IOException("interrupted while starting", e);
    }
  }

  /** Runs on the server's own thread from its start to its end. */
  private void serve(ServerConfig config) {
    Throwable end;
    try {
      server.runFromConfig(config);
      end = new IllegalStateException("ZooKeeper ended by itself");
    } catch (Exception | Error e) {
      // Whatever it was, an OutOfMemoryError too: nobody else would notice.
      end = e;
    }
    boolean hadStarted = !server.listening.completeExceptionally(end);
    if (hadStarted && !closing) {
      onDeath.accept(end);
    }
  }

  private static void endProcess(Throwable cause) {
    try {
      LOG.error("ZooKeeper has died; this process ends, start it again to go on", cause);
    } finally {
      // No shutdown hooks: they would wait for the server that is gone.
      Runtime.getRuntime().halt(EXIT_STATE_LOST);
    }
  }

  /** Stops the server; what was acknowledged is on the disk in any case. */
  @Override
  public void close() {
    closing = true;
    purge.stop();
    server.close();
    try {
      thread.join(STOP_MAX.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    release(lock);
  }

  private static void release(FileChannel lock) {
    try {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      LOG.warn("the lock of ZooKeeper's directory cannot be closed", e);
    }
  }
}
