package org.bloomery.controlplane.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What the HTTP server itself answers to what is not HTTP: JSON without any detail of ours. */
final class PlainErrors extends ErrorHandler {
  private static final String BODY =
      "{\"code\":\"bad-request\",\"message\":\"this is not a request that can be understood\","
          + "\"problems\":[],\"requestId\":\"\"}";

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    SecurityHeaders.addTo(response.getHeaders());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    Content.Sink.write(response, true, BODY, callback);
    return true;
  }
}
