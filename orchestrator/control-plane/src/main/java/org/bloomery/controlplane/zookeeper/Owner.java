package org.bloomery.controlplane.zookeeper;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/** Whose our nodes are: how a session proves that it is theirs, and their access list. */
public final class Owner {
  private final Optional<byte[]> credentials;
  private final List<ACL> ownerOnly;

  private Owner(Optional<byte[]> credentials, List<ACL> ownerOnly) {
    this.credentials = credentials;
    this.ownerOnly = ownerOnly;
  }

  /** Whoever knows this home's secret. */
  public static Owner of(ZooKeeperSecret secret) {
    return new Owner(Optional.of(secret.credentials()), secret.ownerOnly());
  }

  /**
   * Whoever the server knows under this name once the connection stands.
   *
   * @param scheme {@code sasl} or {@code x509}
   */
  public static Owner known(String scheme, String name) {
    ACL all = new ACL(ZooDefs.Perms.ALL, new Id(scheme, name));
    // Not List.of, which throws where ZooKeeper asks it whether it contains null.
    return new Owner(Optional.empty(), Collections.singletonList(all));
  }

  /** What the session presents under ZooKeeper's scheme {@code digest}, if anything. */
  Optional<byte[]> credentials() {
    return credentials;
  }

  /** Everything for us, nothing for anybody else. */
  List<ACL> ownerOnly() {
    return ownerOnly;
  }

  /** Whether the secret itself is sent to the server. */
  public boolean sendsSecret() {
    return credentials.isPresent();
  }
}
