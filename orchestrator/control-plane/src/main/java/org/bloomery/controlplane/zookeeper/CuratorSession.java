package org.bloomery.controlplane.zookeeper;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.framework.state.SessionConnectionStateErrorPolicy;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;

/** Opens sessions that authenticate themselves and close every node that they create to others. */
public final class CuratorSession {
  private static final Duration CONNECT_MAX = Duration.ofSeconds(3);
  private static final Duration FIRST_CONNECT_MAX = Duration.ofSeconds(15);
  private static final int RETRIES_MAX = 8;
  private static final int RETRY_MILLIS_FIRST = 50;
  private static final int RETRY_MILLIS_MAX = 1000;

  private CuratorSession() {}

  /**
   * What a session needs.
   *
   * @param connectString hosts and ports, as ZooKeeper's clients write them
   * @param sessionTimeout after this long without a heartbeat the server forgets the session
   */
  public record Access(
      String connectString, Duration sessionTimeout, ZKClientConfig settings, Owner owner) {}

  /** Opens the usual session to a server that needs no further settings. */
  public static CuratorFramework open(String connectString, ZooKeeperSecret secret) {
    return open(
        new Access(
            connectString, Ensemble.SESSION_DEFAULT, new ZKClientConfig(), Owner.of(secret)));
  }

  /**
   * Opens a session. Its calls give up after {@value #RETRIES_MAX} retries, which take about half a
   * minute at the longest.
   *
   * @throws DurableStateException if nothing answers
   */
  public static CuratorFramework open(Access access) {
    String connectString = access.connectString();
    CuratorFrameworkFactory.Builder builder =
        CuratorFrameworkFactory.builder()
            .connectString(connectString)
            .sessionTimeoutMs((int) access.sessionTimeout().toMillis())
            .connectionTimeoutMs((int) CONNECT_MAX.toMillis())
            .retryPolicy(
                new BoundedExponentialBackoffRetry(
                    RETRY_MILLIS_FIRST, RETRY_MILLIS_MAX, RETRIES_MAX))
            .aclProvider(everywhere(access.owner().ownerOnly()))
            .zkClientConfig(access.settings())
            // A short break costs no leadership: before each act the leader asks whether it leads.
            .connectionStateErrorPolicy(new SessionConnectionStateErrorPolicy())
            // Where to connect is said by configuration, not by what the server stores.
            .ensembleTracker(false);
    access.owner().credentials().ifPresent(secret -> builder.authorization("digest", secret));
    CuratorFramework client = builder.build();
    client.start();
    boolean connected = false;
    try {
      connected = client.blockUntilConnected((int) FIRST_CONNECT_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (!connected) {
        client.close();
      }
    }
    if (!connected) {
      throw new DurableStateException(
          "ZooKeeper at "
              + connectString
              + " does not answer. Check that it runs there, a majority of its servers if there"
              + " are several, and that it takes this session's protection.");
    }
    return client;
  }

  private static ACLProvider everywhere(List<ACL> acl) {
    return new ACLProvider() {
      @Override
      public List<ACL> getDefaultAcl() {
        return acl;
      }

      @Override
      public List<ACL> getAclForPath(String path) {
        return acl;
      }
    };
  }
}
