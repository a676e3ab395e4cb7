package org.bloomery.controlplane.zookeeper;

import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;

/** The node of an ensemble that a home sees as the root of its tree. */
final class EnsembleRoot {
  private EnsembleRoot() {}

  /** Where the access lists are checked from: what lies above our root is the ensemble's own. */
  static String toVerify(Ensemble ensemble) {
    return ensemble.root().isEmpty() ? Layout.TOP : "/";
  }

  /** Makes the root for us alone, unless it is there. */
  static void create(Ensemble ensemble, CuratorSession.Access access) {
    if (ensemble.root().isEmpty()) {
      return;
    }
    CuratorSession.Access whole =
        new CuratorSession.Access(
            String.join(",", ensemble.servers()),
            access.sessionTimeout(),
            access.settings(),
            access.owner());
    try (CuratorFramework client = CuratorSession.open(whole)) {
      if (client.checkExists().forPath(ensemble.root()) == null) {
        client.create().creatingParentsIfNeeded().forPath(ensemble.root());
      }
    } catch (KeeperException.NodeExistsException e) {
      // Another control plane was quicker.
      return;
    } catch (DurableStateException e) {
      throw e;
    } catch (Exception e) {
      throw new DurableStateException(
          "ZooKeeper's node "
              + ensemble.root()
              + " cannot be made ("
              + e.getMessage()
              + "). Have it made by whoever runs that ensemble, for the owner that "
              + Ensemble.FILE
              + " names.",
          e);
    }
  }
}
