package org.bloomery.core.spec;

import java.time.Duration;
import java.util.Optional;

/**
 * How the resource manager's commands are reached. Files never travel: the control plane sees the
 * cluster's file systems in either case.
 */
public sealed interface Transport {

  /** The commands are those of this machine. */
  record OnThisMachine() implements Transport {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.onThisMachine(this);
    }
  }

  /**
   * The commands are run on a login node by OpenSSH.
   *
   * @param host as {@code ssh} takes it: a name, or an entry of the user's own configuration
   * @param user absent means the one that {@code ssh} would take
   * @param controlPersist how long the one shared connection stays open between commands
   */
  record Ssh(String host, Optional<String> user, Duration controlPersist) implements Transport {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.ssh(this);
    }
  }

  /** Calls the one case of this transport. */
  <R> R match(Cases<R> cases);

  /** One method per transport: a new one breaks every implementer at compile time. */
  interface Cases<R> {
    R onThisMachine(OnThisMachine transport);

    R ssh(Ssh transport);
  }
}
