package org.bloomery.controlplane.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.core.spec.SpecProblem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever goes wrong into a {@link Wire.Failure}; the details stay in our log. */
final class Failures {
  private static final String REQUEST_ID = "bloomery.requestId";
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  /** Differs from one start of the server to the next, so that an id is found once in a log. */
  private final String start = Long.toHexString(System.currentTimeMillis() / 1000);

  private final AtomicLong requests = new AtomicLong();
  private final ObjectMapper json = ApiJson.mapper();

  void addTo(JavalinDefaultRoutingApi routes) {
    routes.before(this::giveId);
    routes.exception(ApiException.class, this::refused);
    routes.exception(
        Refusal.class,
        (e, c) -> {
          LOG.info("{} turned away: {}", requestId(c), e.getMessage());
          answer(c, e.reason().httpStatus(), e.reason().code(), e.getMessage(), List.of());
        });
    routes.exception(HttpResponseException.class, this::unroutable);
    routes.exception(Exception.class, this::failed);
  }

  static String requestId(Context context) {
    String id = context.attribute(REQUEST_ID);
    return id == null ? "" : id;
  }

  private void giveId(Context context) {
    String id = start + "-" + requests.incrementAndGet();
    context.attribute(REQUEST_ID, id);
    context.header("X-Request-Id", id);
  }

  private void refused(ApiException e, Context context) {
    String code = e.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
    answer(context, e.kind().httpStatus(), code, e.getMessage(), e.problems());
  }

  /** Javalin's own: no such path, or not with this method. */
  private void unroutable(HttpResponseException e, Context context) {
    String message = "nothing is served at this path with this method";
    answer(context, e.getStatus(), "no-such-path", message, List.of());
  }

  private void failed(Exception e, Context context) {
    String id = requestId(context);
    LOG.error("request {} {} {} failed", id, context.req().getMethod(), context.path(), e);
    String message = "the control plane could not do it; its log tells why under request " + id;
    answer(context, ApiException.Kind.FAILED.httpStatus(), "failed", message, List.of());
  }

  private void answer(
      Context context, int status, String code, String message, List<SpecProblem> problems) {
    context.status(status).contentType("application/json");
    try {
      context.result(
          json.writeValueAsBytes(new Wire.Failure(code, message, problems, requestId(context))));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a failure cannot be written as JSON", e);
    }
  }
}
