package org.bloomery.controlplane.zookeeper;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.RunStore.Epoch;
import org.bloomery.core.run.Histories;
import org.bloomery.core.run.Request;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;

/**
 * A process that records facts in a home until somebody kills it, and tells of each one after it
 * was acknowledged. With {@code break-server} it makes its ZooKeeper fail instead.
 */
final class EndlessWriter {
  static final RunId RUN = new RunId("written");
  private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");

  private EndlessWriter() {}

  public static void main(String[] arguments) throws InterruptedException {
    HomeState state = HomeState.open(Path.of(arguments[0]), "writer");
    Epoch epoch = state.runs().lead();
    Run run =
        state
            .runs()
            .create(Histories.submission(RUN), Histories.specText(RUN), "submitted", AT, epoch);
    System.out.println(run.version());
    if (arguments.length > 1) {
      breakServer();
      Thread.sleep(Long.MAX_VALUE);
    }
    RunEvent fact = new RunEvent.Requested(Request.Kind.STOP, "somebody");
    // Somebody must listen, or it would outlive a test that was killed itself.
    while (!System.out.checkError()) {
      run = state.runs().record(run, List.of(fact), "again", AT, epoch);
      System.out.println(run.version());
    }
    System.exit(1);
  }

  /** Makes the thread fail that writes ZooKeeper's log, as a failing disk would. */
  private static void breakServer() {
    Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("SyncThread"))
        .forEach(Thread::interrupt);
  }
}
