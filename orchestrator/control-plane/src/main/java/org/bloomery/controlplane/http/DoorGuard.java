package org.bloomery.controlplane.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Locale;

/**
 * Looks at every request before any route does.
 *
 * <p>The peer's account is the authentication. The rest protects the owner's browser, which may
 * reach this socket through a forwarded port: a page of another site must neither read nor act,
 * also not by giving its own name the address 127.0.0.1 (DNS rebinding).
 */
final class DoorGuard implements Handler {
  static final String PEER = "bloomery.peer";

  /** A name that a page of another site cannot have. */
  private static final List<String> HOSTS = List.of("bloomery", "localhost", "127.0.0.1", "[::1]");

  private final UserPrincipal owner;

  DoorGuard(UserPrincipal owner) {
    this.owner = owner;
  }

  @Override
  public void handle(Context context) throws IOException {
    Peer peer = Peer.of(context.req());
    if (!peer.is(owner)) {
      throw forbidden(
          "this control plane belongs to "
              + owner.getName()
              + "; "
              + peer.name()
              + " may not use it. Start your own with: bloomery serve");
    }
    context.attribute(PEER, peer);
    checkSite(context);
    if (!context.req().getMethod().equals("GET") && !context.req().getMethod().equals("HEAD")) {
      checkIntent(context);
    }
  }

  private static void checkSite(Context context) {
    String host = context.header("Host");
    if (host == null || !HOSTS.contains(withoutPort(host.toLowerCase(Locale.ROOT)))) {
      throw forbidden("the Host header must name localhost or bloomery");
    }
    String origin = context.header("Origin");
    if (origin != null && !origin.equalsIgnoreCase("http://" + host)) {
      throw forbidden("requests of other sites are not served");
    }
    String site = context.header("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      throw forbidden("requests of other sites are not served");
    }
  }

  private static String withoutPort(String host) {
    return host.replaceFirst(":[0-9]{1,5}$", "");
  }

  /** A form of another site can send neither of the two without asking first (CORS). */
  private static void checkIntent(Context context) {
    if (!"1".equals(context.header("X-Bloomery"))) {
      throw forbidden("a request that changes something needs the header X-Bloomery: 1");
    }
    String type = context.contentType();
    boolean json =
        type != null
            && type.toLowerCase(Locale.ROOT)
                .replace(" ", "")
                .matches("application/json(;charset=utf-8)?");
    if (!json) {
      throw new Refusal(
          Refusal.Reason.NOT_JSON,
          "a request that changes something needs Content-Type: application/json");
    }
  }

  private static Refusal forbidden(String message) {
    return new Refusal(Refusal.Reason.FORBIDDEN, message);
  }
}
