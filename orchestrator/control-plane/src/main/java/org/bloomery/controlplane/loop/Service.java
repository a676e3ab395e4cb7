package org.bloomery.controlplane.loop;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.controlplane.api.CheckpointView;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.DescriptionView;
import org.bloomery.controlplane.api.ExplanationView;
import org.bloomery.controlplane.api.LedgerApi;
import org.bloomery.controlplane.api.LogView;
import org.bloomery.controlplane.api.LossPoint;
import org.bloomery.controlplane.api.NodeExclusion;
import org.bloomery.controlplane.api.NodeView;
import org.bloomery.controlplane.api.RunView;
import org.bloomery.controlplane.api.ServerView;
import org.bloomery.controlplane.api.UsageView;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Request;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunRecord;

/** Answers people: from the store, and by records that wake whoever leads. */
public final class Service implements ControlPlaneApi {
  private static final int EVENTS_MAX = 1000;

  private final Identity server;
  private final RunStore store;
  private final RunContexts contexts;
  private final RunViews views;
  private final RunRequests requests;
  private final NodeBook nodes;
  private final Optional<LedgerApi> ledger;
  private final InstantSource time;

  /** Which control plane this is, whether it leads or not. */
  public record Identity(String version, long pid, String home, String homeId) {}

  /**
   * Answers for a control plane.
   *
   * @param ledger kept by the one that leads; absent where another one does
   */
  public Service(
      Identity server, ClusterLoops.Shared shared, ClusterLoops loops, Optional<LedgerApi> ledger) {
    this.server = server;
    this.ledger = ledger;
    this.store = shared.store();
    this.contexts = shared.contexts();
    this.views = new RunViews(shared.store(), shared.contexts(), loops);
    this.requests = new RunRequests(shared, loops);
    this.nodes = new NodeBook(shared.store(), loops, requests);
    this.time = shared.time();
  }

  @Override
  public ServerView server() {
    RunStore.Leader leader = store.leader();
    return new ServerView(
        server.version(),
        server.pid(),
        server.home(),
        server.homeId(),
        leader.epoch().number(),
        ledger.isPresent(),
        leader.name());
  }

  @Override
  public RunView submit(
      String specText, String file, String specDirectory, boolean again, String by) {
    return views.view(
        requests.submit(new RunRequests.Submission(specText, file, specDirectory, again, by)));
  }

  @Override
  public List<RunView> list() {
    return views.list();
  }

  @Override
  public RunView status(RunId run) {
    return views.view(views.load(run));
  }

  @Override
  public DescriptionView describe(RunId run) {
    return views.describe(run);
  }

  @Override
  public List<RunRecord> events(RunId run, long afterVersion, int limit) {
    views.load(run);
    return views.history(run, afterVersion, Math.min(limit, EVENTS_MAX));
  }

  @Override
  public ExplanationView explain(RunId run) {
    return views.explain(run);
  }

  @Override
  public LogView log(RunId id, Optional<Integer> attempt, long offset) {
    Run run = views.load(id);
    return RunLogs.piece(run, contexts.of(run), attempt, offset);
  }

  @Override
  public List<LossPoint> lossCurve(RunId id) {
    Run run = views.load(id);
    return RunLogs.losses(run, contexts.of(run));
  }

  @Override
  public RunView cancel(RunId run, String by) {
    return views.view(requests.request(run, Request.Kind.CANCEL, by));
  }

  @Override
  public RunView stop(RunId run, String by) {
    return views.view(requests.request(run, Request.Kind.STOP, by));
  }

  @Override
  public RunView save(RunId run, String by) {
    return views.view(requests.request(run, Request.Kind.SAVE, by));
  }

  @Override
  public RunView hold(RunId run, String by) {
    return views.view(requests.request(run, Request.Kind.HOLD, by));
  }

  @Override
  public RunView release(RunId run, String by) {
    return views.view(requests.request(run, Request.Kind.RELEASE, by));
  }

  @Override
  public RunView resume(RunId run, OptionalLong from, String by) {
    return views.view(requests.resume(run, from, by));
  }

  @Override
  public List<CheckpointView> checkpoints(RunId run, boolean verify) {
    return views.checkpoints(run, verify);
  }

  @Override
  public List<NodeView> nodes(Optional<String> cluster) {
    return nodes.list(cluster, time.instant());
  }

  @Override
  public NodeView excludeNode(NodeExclusion asked, String by) {
    return nodes.exclude(asked, by);
  }

  @Override
  public NodeView readmitNode(Optional<String> cluster, String node, String by) {
    return nodes.readmit(cluster, node, by);
  }

  @Override
  public LedgerApi ledger() {
    return ledger.orElseThrow(
        () ->
            RunRequests.unavailable(
                store.leader().name() + " leads and keeps the ledger: ask on its machine"));
  }

  @Override
  public UsageView usage(Optional<RunId> run) {
    return views.usage(run, time.instant());
  }
}
