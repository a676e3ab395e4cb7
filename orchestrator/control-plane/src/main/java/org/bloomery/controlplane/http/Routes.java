package org.bloomery.controlplane.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.NodeExclusion;
import org.bloomery.controlplane.api.NodeView;
import org.bloomery.controlplane.api.RunView;
import org.bloomery.core.id.RunId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which path asks for what: one route per question of {@link ControlPlaneApi}. */
final class Routes {
  static final int BODY_BYTES_MAX = 1 << 20;

  private static final int REASON_MAX = 200;
  private static final int EVENTS_DEFAULT = 1_000;
  private static final int EVENTS_MAX = 10_000;
  private static final Logger LOG = LoggerFactory.getLogger(Routes.class);

  private final Supplier<ControlPlaneApi> plane;
  private final ObjectMapper answers = ApiJson.mapper();
  private final ObjectMapper questions = ApiJson.strictMapper();

  /** Routes to whoever answers at the time of each question. */
  Routes(Supplier<ControlPlaneApi> plane) {
    this.plane = plane;
  }

  private ControlPlaneApi api() {
    return plane.get();
  }

  void addTo(JavalinDefaultRoutingApi routes) {
    routes.get("/v1/server", c -> answer(c, api().server()));
    routes.get("/v1/runs", c -> answer(c, new Wire.Runs(api().list())));
    routes.get("/v1/runs/{run}", c -> answer(c, api().status(run(c))));
    routes.get("/v1/runs/{run}/description", c -> answer(c, api().describe(run(c))));
    routes.get("/v1/runs/{run}/events", this::events);
    routes.get("/v1/runs/{run}/explanation", c -> answer(c, api().explain(run(c))));
    routes.get("/v1/runs/{run}/log", this::log);
    routes.get("/v1/runs/{run}/losses", c -> answer(c, new Wire.Losses(api().lossCurve(run(c)))));
    routes.get("/v1/runs/{run}/checkpoints", this::checkpoints);
    routes.get("/v1/usage", this::usage);
    routes.get("/v1/nodes", c -> answer(c, new Wire.Nodes(api().nodes(cluster(c)))));
    routes.post("/v1/runs", this::submit);
    routes.post("/v1/runs/{run}/cancel", c -> act(c, "cancel", api()::cancel));
    routes.post("/v1/runs/{run}/stop", c -> act(c, "stop", api()::stop));
    routes.post("/v1/runs/{run}/save", c -> act(c, "save", api()::save));
    routes.post("/v1/runs/{run}/hold", c -> act(c, "hold", api()::hold));
    routes.post("/v1/runs/{run}/release", c -> act(c, "release", api()::release));
    routes.post("/v1/nodes/exclude", this::excludeNode);
    routes.post("/v1/nodes/readmit", this::readmitNode);
    routes.post("/v1/runs/{run}/resume", this::resume);
    new LedgerRoutes(() -> api().ledger(), this).addTo(routes);
  }

  private void events(Context context) throws IOException {
    long after = number(context, "after", 0, Long.MAX_VALUE).orElse(0);
    int limit = (int) number(context, "limit", 1, EVENTS_MAX).orElse(EVENTS_DEFAULT);
    answer(context, new Wire.Events(api().events(run(context), after, limit)));
  }

  private void log(Context context) throws IOException {
    OptionalLong attempt = number(context, "attempt", 1, Integer.MAX_VALUE);
    long offset = number(context, "offset", Long.MIN_VALUE, Long.MAX_VALUE).orElse(0);
    Optional<Integer> number =
        attempt.isPresent() ? Optional.of((int) attempt.getAsLong()) : Optional.empty();
    answer(context, api().log(run(context), number, offset));
  }

  private void checkpoints(Context context) throws IOException {
    String verify = Optional.ofNullable(context.queryParam("verify")).orElse("false");
    if (!verify.equals("true") && !verify.equals("false")) {
      throw badRequest("verify must be true or false");
    }
    answer(context, new Wire.Checkpoints(api().checkpoints(run(context), verify.equals("true"))));
  }

  private void usage(Context context) throws IOException {
    Optional<RunId> run = Optional.ofNullable(context.queryParam("run")).map(Routes::runId);
    answer(context, api().usage(run));
  }

  private void submit(Context context) throws IOException {
    Wire.Submission asked = body(context, Wire.Submission.class);
    if (asked.specText() == null || asked.file() == null || asked.specDirectory() == null) {
      throw badRequest("the body needs specText, file and specDirectory");
    }
    RunView run =
        api()
            .submit(
                asked.specText(), asked.file(), asked.specDirectory(), asked.again(), by(context));
    audit(context, "submit", run.run());
    context.status(201);
    answer(context, run);
  }

  /** What somebody does to a run without saying more. */
  private interface Act {
    RunView on(RunId run, String by);
  }

  private void act(Context context, String name, Act act) throws IOException {
    body(context, Wire.Nothing.class);
    RunView run = act.on(run(context), by(context));
    audit(context, name, run.run());
    answer(context, run);
  }

  private void excludeNode(Context context) throws IOException {
    Wire.Exclusion asked = body(context, Wire.Exclusion.class);
    if (asked.node() == null) {
      throw badRequest("the body needs node");
    }
    Optional<Duration> duration =
        asked.seconds().isPresent()
            ? Optional.of(Duration.ofSeconds(asked.seconds().getAsLong()))
            : Optional.empty();
    NodeExclusion exclusion =
        new NodeExclusion(asked.cluster(), asked.node(), reason(asked), duration);
    NodeView node = api().excludeNode(exclusion, by(context));
    audit(context, "exclude", node.node());
    answer(context, node);
  }

  private void readmitNode(Context context) throws IOException {
    Wire.Readmission asked = body(context, Wire.Readmission.class);
    if (asked.node() == null) {
      throw badRequest("the body needs node");
    }
    NodeView node = api().readmitNode(asked.cluster(), asked.node(), by(context));
    audit(context, "readmit", node.node());
    answer(context, node);
  }

  /** It is shown in lists and kept with the node: one line, not too long. */
  private static String reason(Wire.Exclusion asked) {
    String reason = asked.reason().orElse("");
    if (reason.length() > REASON_MAX || reason.chars().anyMatch(Character::isISOControl)) {
      throw badRequest("a reason is one line of at most " + REASON_MAX + " characters");
    }
    return reason;
  }

  static Optional<String> cluster(Context context) {
    return Optional.ofNullable(context.queryParam("cluster"));
  }

  private void resume(Context context) throws IOException {
    Wire.Resumption asked = body(context, Wire.Resumption.class);
    RunView run = api().resume(run(context), asked.from(), by(context));
    audit(context, "resume", run.run());
    answer(context, run);
  }

  void answer(Context context, Object view) throws IOException {
    byte[] json = answers.writeValueAsBytes(view);
    // Said here, since Jetty leaves it out for what is larger than its buffer on a connection that
    // is closed afterwards, and a client could not tell a whole answer from one that was cut off.
    context.res().setContentLength(json.length);
    context.contentType("application/json").result(json);
  }

  <T> T body(Context context, Class<T> type) throws IOException {
    byte[] bytes = context.bodyInputStream().readNBytes(BODY_BYTES_MAX + 1);
    if (bytes.length > BODY_BYTES_MAX) {
      throw new Refusal(Refusal.Reason.TOO_LARGE, "the body is larger than 1 MiB");
    }
    T value;
    try {
      value = questions.readValue(bytes, type);
    } catch (JacksonException e) {
      // Jackson's own words quote the body; the place is enough to find the mistake.
      throw badRequest(
          "the body is not the JSON that "
              + context.path()
              + " takes (line "
              + (e.getLocation() == null ? 1 : e.getLocation().getLineNr())
              + ")");
    }
    if (value == null) {
      throw badRequest("the body must be a JSON object");
    }
    return value;
  }

  private static RunId run(Context context) {
    return runId(context.pathParam("run"));
  }

  private static RunId runId(String text) {
    if (!RunId.isValid(text)) {
      throw new ApiException(
          ApiException.Kind.INVALID,
          "a run's name has 1 to 48 of a-z, 0-9 and '-', and starts with a letter or digit");
    }
    return new RunId(text);
  }

  private static OptionalLong number(Context context, String name, long least, long most) {
    String text = context.queryParam(name);
    if (text == null) {
      return OptionalLong.empty();
    }
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return OptionalLong.of(value);
      }
    } catch (NumberFormatException e) {
      // Answered below, together with numbers that are out of range.
    }
    throw badRequest(
        String.format(Locale.ROOT, "%s must be a number from %d to %d", name, least, most));
  }

  static String by(Context context) {
    Peer peer = context.attribute(DoorGuard.PEER);
    return peer.name();
  }

  static void audit(Context context, String act, String what) {
    LOG.info("{} {} by {}: {}", act, what, by(context), Failures.requestId(context));
  }

  static Refusal badRequest(String message) {
    return new Refusal(Refusal.Reason.BAD_REQUEST, message);
  }
}
