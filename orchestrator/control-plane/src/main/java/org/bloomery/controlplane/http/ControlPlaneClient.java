package org.bloomery.controlplane.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.controlplane.api.ApiException;
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
import org.bloomery.core.run.RunRecord;

/**
 * A control plane at the other end of a unix socket.
 *
 * <p>Who asks is not said: the control plane knows it from the kernel. The {@code by} of the
 * methods is therefore ignored here.
 */
public final class ControlPlaneClient implements ControlPlaneApi {
  private static final int ANSWER_BYTES_MAX = 64 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Looking at every checkpoint of a large run again reads from thousands of files. */
  private static final Duration PATIENCE_TO_VERIFY = Duration.ofMinutes(30);

  private final Path socket;
  private final UnixHttp http;
  private final ObjectMapper json = ApiJson.mapper();

  /** A client that connects anew for each question. */
  public ControlPlaneClient(Path socket) {
    this.socket = socket;
    this.http = new UnixHttp(socket, ANSWER_BYTES_MAX);
  }

  @Override
  public ServerView server() {
    return get("/v1/server", ServerView.class);
  }

  @Override
  public RunView submit(
      String specText, String file, String specDirectory, boolean again, String by) {
    Wire.Submission asked = new Wire.Submission(specText, file, specDirectory, again);
    return post("/v1/runs", asked, RunView.class);
  }

  @Override
  public List<RunView> list() {
    return get("/v1/runs", Wire.Runs.class).runs();
  }

  @Override
  public RunView status(RunId run) {
    return get(path(run, ""), RunView.class);
  }

  @Override
  public DescriptionView describe(RunId run) {
    return get(path(run, "/description"), DescriptionView.class);
  }

  @Override
  public List<RunRecord> events(RunId run, long afterVersion, int limit) {
    String query = "/events?after=" + afterVersion + "&limit=" + limit;
    return get(path(run, query), Wire.Events.class).events();
  }

  @Override
  public ExplanationView explain(RunId run) {
    return get(path(run, "/explanation"), ExplanationView.class);
  }

  @Override
  public LogView log(RunId run, Optional<Integer> attempt, long offset) {
    String which = attempt.map(number -> "&attempt=" + number).orElse("");
    return get(path(run, "/log?offset=" + offset + which), LogView.class);
  }

  @Override
  public List<LossPoint> lossCurve(RunId run) {
    return get(path(run, "/losses"), Wire.Losses.class).losses();
  }

  @Override
  public RunView cancel(RunId run, String by) {
    return act(run, "/cancel");
  }

  @Override
  public RunView stop(RunId run, String by) {
    return act(run, "/stop");
  }

  @Override
  public RunView save(RunId run, String by) {
    return act(run, "/save");
  }

  @Override
  public RunView hold(RunId run, String by) {
    return act(run, "/hold");
  }

  @Override
  public RunView release(RunId run, String by) {
    return act(run, "/release");
  }

  private RunView act(RunId run, String act) {
    return post(path(run, act), new Wire.Nothing(), RunView.class);
  }

  @Override
  public RunView resume(RunId run, OptionalLong from, String by) {
    return post(path(run, "/resume"), new Wire.Resumption(from), RunView.class);
  }

  @Override
  public List<CheckpointView> checkpoints(RunId run, boolean verify) {
    String target = path(run, "/checkpoints?verify=" + verify);
    Duration patience = verify ? PATIENCE_TO_VERIFY : PATIENCE;
    return ask(target, null, Wire.Checkpoints.class, patience).checkpoints();
  }

  @Override
  public List<NodeView> nodes(Optional<String> cluster) {
    String query = cluster.map(name -> "?cluster=" + encoded(name)).orElse("");
    return get("/v1/nodes" + query, Wire.Nodes.class).nodes();
  }

  @Override
  public NodeView excludeNode(NodeExclusion asked, String by) {
    OptionalLong seconds =
        asked
            .duration()
            .map(time -> OptionalLong.of(time.toSeconds()))
            .orElse(OptionalLong.empty());
    Wire.Exclusion body =
        new Wire.Exclusion(asked.cluster(), asked.node(), Optional.of(asked.reason()), seconds);
    return post("/v1/nodes/exclude", body, NodeView.class);
  }

  @Override
  public NodeView readmitNode(Optional<String> cluster, String node, String by) {
    return post("/v1/nodes/readmit", new Wire.Readmission(cluster, node), NodeView.class);
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public LedgerApi ledger() {
    return new LedgerClient(this);
  }

  @Override
  public UsageView usage(Optional<RunId> run) {
    String query = run.map(id -> "?run=" + id.value()).orElse("");
    return get("/v1/usage" + query, UsageView.class);
  }

  /** A run's id needs no encoding: it has letters, digits and '-' only. */
  private static String path(RunId run, String rest) {
    return "/v1/runs/" + run.value() + rest;
  }

  <T> T get(String target, Class<T> type) {
    return ask(target, null, type, PATIENCE);
  }

  <T> T post(String target, Object question, Class<T> type) {
    return ask(target, question, type, PATIENCE);
  }

  <T> T ask(String target, Object question, Class<T> type, Duration patience) {
    try {
      byte[] body = question == null ? null : json.writeValueAsBytes(question);
      HttpAnswer answer = http.exchange(target, body, patience);
      if (answer.status() / 100 == 2) {
        return json.readValue(answer.body(), type);
      }
      throw refusal(answer);
    } catch (UnixHttp.NobodyListens e) {
      throw unavailable(
          "no control plane answers at " + socket + ". Start one with: bloomery serve");
    } catch (SocketTimeoutException e) {
      throw unavailable(
          "the control plane at "
              + socket
              + " did not answer in "
              + patience.toSeconds()
              + " s; whether it did what was asked is not known. Look with: bloomery list");
    } catch (IOException e) {
      throw unavailable(
          "the control plane at "
              + socket
              + " broke off: "
              + e.getMessage()
              + ". Whether it did what was asked is not known; look with: bloomery list");
    }
  }

  private ApiException refusal(HttpAnswer answer) throws IOException {
    Wire.Failure failure = json.readValue(answer.body(), Wire.Failure.class);
    return new ApiException(
        kind(answer.status()),
        failure.message(),
        failure.problems() == null ? List.of() : failure.problems());
  }

  private static ApiException.Kind kind(int status) {
    for (ApiException.Kind kind : ApiException.Kind.values()) {
      if (kind.httpStatus() == status) {
        return kind;
      }
    }
    if (status == 403) {
      return ApiException.Kind.REFUSED;
    }
    return status / 100 == 4 ? ApiException.Kind.INVALID : ApiException.Kind.FAILED;
  }

  private static ApiException unavailable(String message) {
    return new ApiException(ApiException.Kind.UNAVAILABLE, message);
  }
}
