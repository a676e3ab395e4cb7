package org.bloomery.controlplane.zookeeper;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.apache.zookeeper.server.persistence.Util;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the snapshots and logs that no restart will read, as ZooKeeper's own purge does; that one
 * prints what it deletes to the standard output, which belongs to the user's commands.
 */
final class SnapshotPurge {
  /** The newest may be damaged by a failing disk; the ones before it are read then. */
  static final int SNAPSHOTS_KEPT = 3;

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotPurge.class);
  private static final long PERIOD_MILLIS = TimeUnit.HOURS.toMillis(1);

  private final File directory;
  private final Timer timer = new Timer("zookeeper-purge", true);

  SnapshotPurge(File directory) {
    this.directory = directory;
  }

  /** Purges at once, and then every hour until stopped. */
  void start() {
    purge();
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            purge();
          }
        },
        PERIOD_MILLIS,
        PERIOD_MILLIS);
  }

  void stop() {
    timer.cancel();
  }

  private void purge() {
    try {
      FileTxnSnapLog files = new FileTxnSnapLog(directory, directory);
      List<File> kept = files.findNValidSnapshots(SNAPSHOTS_KEPT);
      if (kept.size() == SNAPSHOTS_KEPT) {
        deleteBefore(files, zxid(kept.get(SNAPSHOTS_KEPT - 1), "snapshot"));
      }
      files.close();
    } catch (IOException | RuntimeException e) {
      LOG.warn("{}: old snapshots could not be deleted; they only take up space", directory, e);
    }
  }

  private static void deleteBefore(FileTxnSnapLog files, long zxid) throws IOException {
    // Among them the log that begins before the oldest snapshot and goes on after it.
    Set<File> needed = Set.of(files.getSnapshotLogs(zxid));
    File[] all = files.getSnapDir().listFiles();
    for (File file : all == null ? new File[0] : all) {
      for (String kind : List.of("snapshot", "log")) {
        boolean old = file.getName().startsWith(kind + ".") && zxid(file, kind) < zxid;
        if (old && !needed.contains(file)) {
          Files.deleteIfExists(file.toPath());
        }
      }
    }
  }

  /** The transaction that a file's name tells: a snapshot's last one, a log's first one. */
  private static long zxid(File file, String kind) {
    return Util.getZxidFromName(file.getName(), kind);
  }
}
