package org.bloomery.controlplane.zookeeper;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.apache.zookeeper.data.ACL;

/** Opens sessions that authenticate themselves and close every node that they create to others. */
public final class CuratorSession {
  /** After this long without a heartbeat the server forgets a session. */
  public static final Duration SESSION_TIMEOUT = Duration.ofSeconds(15);

  private static final Duration CONNECT_MAX = Duration.ofSeconds(3);
  private static final Duration FIRST_CONNECT_MAX = Duration.ofSeconds(15);
  private static final int RETRIES_MAX = 8;
  private static final int RETRY_MILLIS_FIRST = 50;
  private static final int RETRY_MILLIS_MAX = 1000;

  private CuratorSession() {}

  /**
   * Opens a session. Its calls give up after {@value #RETRIES_MAX} retries, which take about half a
   * minute at the longest.
   *
   * @param connectString hosts and ports, as ZooKeeper's clients write them
   * @throws DurableStateException if nothing answers
   */
  public static CuratorFramework open(String connectString, ZooKeeperSecret secret) {
    List<ACL> ownerOnly = secret.ownerOnly();
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(connectString)
            .sessionTimeoutMs((int) SESSION_TIMEOUT.toMillis())
            .connectionTimeoutMs((int) CONNECT_MAX.toMillis())
            .retryPolicy(
                new BoundedExponentialBackoffRetry(
                    RETRY_MILLIS_FIRST, RETRY_MILLIS_MAX, RETRIES_MAX))
            .authorization("digest", secret.credentials())
            .aclProvider(everywhere(ownerOnly))
            // Where to connect is said by configuration, not by what the server stores.
            .ensembleTracker(false)
            .build();
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
          "ZooKeeper at " + connectString + " does not answer. Check that it runs there.");
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
