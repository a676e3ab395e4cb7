package org.bloomery.controlplane.zookeeper;

import java.util.Locale;
import org.bloomery.core.id.RunId;
import org.bloomery.core.id.Sha256;

/** Where everything lies in ZooKeeper; {@link ZooKeeperRunStore} draws it. */
final class Layout {
  static final String TOP = "/bloomery";

  /** A change that older code would misread gets a new root; the old one is then read once. */
  static final String ROOT = TOP + "/v1";

  static final String EPOCH = ROOT + "/epoch";
  static final String HOME = ROOT + "/home";
  static final String CANDIDATES = ROOT + "/candidates";
  static final String ASKED = ROOT + "/asked";
  static final String RUNS = ROOT + "/runs";
  static final String ARCHIVE = ROOT + "/archive";
  static final String NODES = ROOT + "/nodes";

  /** Events per parent: ZooKeeper lists a node's children in one answer of at most 1 MiB. */
  static final long EVENTS_PER_SHARD = 1000;

  private Layout() {}

  static String run(RunId run) {
    return RUNS + "/" + Sha256.of(run.value()).substring(0, 2) + "/" + run.value();
  }

  static String events(RunId run) {
    return run(run) + "/events";
  }

  static String shard(RunId run, long version) {
    return events(run) + String.format(Locale.ROOT, "/%07d", version / EVENTS_PER_SHARD);
  }

  static String event(RunId run, long version) {
    return shard(run, version) + String.format(Locale.ROOT, "/%010d", version);
  }

  /** Whether the event of this version is the first under its parent: history has no holes. */
  static boolean startsShard(long version) {
    return version == 1 || version % EVENTS_PER_SHARD == 0;
  }

  /** The first version under the parent that follows the one of this version. */
  static long nextShard(long version) {
    return (version / EVENTS_PER_SHARD + 1) * EVENTS_PER_SHARD;
  }

  static String nodes(String cluster) {
    return NODES + "/" + cluster;
  }

  static String spec(RunId run) {
    return run(run) + "/spec";
  }

  static String archived(RunId run) {
    return ARCHIVE + run(run).substring(RUNS.length());
  }
}
