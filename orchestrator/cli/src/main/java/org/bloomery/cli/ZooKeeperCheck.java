package org.bloomery.cli;

import java.util.List;
import java.util.Optional;
import org.bloomery.controlplane.config.Home;
import org.bloomery.controlplane.zookeeper.DurableStateException;
import org.bloomery.controlplane.zookeeper.Ensemble;
import org.bloomery.controlplane.zookeeper.HomeState;

/** Looks at the ZooKeeper that holds a home's state. */
final class ZooKeeperCheck {
  private static final String NAME = "zookeeper";
  private static final List<String> THIS_MACHINE = List.of("127.0.0.1:", "localhost:", "[::1]:");

  private ZooKeeperCheck() {}

  /** A server of the home's own is looked at by whoever starts it; an ensemble is asked now. */
  static Check of(Home home) {
    try {
      Optional<Ensemble> ensemble = Ensemble.ofHome(home.root());
      return ensemble.isPresent()
          ? ask(home, ensemble.get())
          : Check.ok(NAME, "a server of this home's own; several machines need " + Ensemble.FILE);
    } catch (DurableStateException e) {
      return Check.failed(NAME, e.getMessage(), "");
    }
  }

  private static Check ask(Home home, Ensemble ensemble) {
    try (HomeState state = HomeState.open(home.root(), "doctor")) {
      state.requireHome(home.id().value());
      String found =
          state.connectString()
              + " answers, with sessions of "
              + state.session().toSeconds()
              + " s, and our nodes are closed to everybody else";
      return isReadable(ensemble)
          ? Check.warning(
              NAME,
              found + "; but the home's secret crosses the network in clear text",
              "Set zookeeper.client.secure=true, or owner=sasl:NAME, in " + Ensemble.FILE)
          : Check.ok(NAME, found);
    }
  }

  /** Whether somebody between here and there can read the secret. */
  private static boolean isReadable(Ensemble ensemble) {
    boolean away =
        ensemble.servers().stream()
            .anyMatch(server -> THIS_MACHINE.stream().noneMatch(server::startsWith));
    return away && ensemble.owner().isEmpty() && !ensemble.isSecure();
  }
}
