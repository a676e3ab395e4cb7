package org.bloomery.controlplane.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.function.Supplier;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Serves a control plane over HTTP on a unix socket, to the account that owns the socket.
 *
 * <p>There is no TCP port: on a shared machine the loopback interface belongs to everybody.
 */
public final class HttpDoor implements AutoCloseable {
  private static final int THREADS_MAX = 24;
  private static final int THREADS_MIN = 4;
  private static final int CONNECTIONS_MAX = 64;
  private static final int HEADER_BYTES_MAX = 16 << 10;
  private static final Duration IDLE_MAX = Duration.ofSeconds(30);
  private static final Duration STOP_MAX = Duration.ofSeconds(5);

  private final Javalin javalin;
  private final Path socket;

  private HttpDoor(Javalin javalin, Path socket) {
    this.javalin = javalin;
    this.socket = socket;
  }

  /**
   * Starts to serve.
   *
   * @param socket its path, at most 107 bytes, in a directory that only the owner may enter
   * @param plane asked anew at each question: who answers changes with the leadership
   * @throws IOException with a sentence for people, where a live server holds the socket or it
   *     cannot be made
   */
  public static HttpDoor open(Path socket, Supplier<ControlPlaneApi> plane) throws IOException {
    Path directory = socket.toAbsolutePath().getParent();
    UserPrincipal owner = Files.getOwner(directory);
    HttpDoor door = open(socket, plane, owner);
    // The socket is ours for sure; whoever owns its directory is not.
    if (!Files.getOwner(socket).equals(owner)) {
      door.close();
      throw new IOException(directory + " belongs to " + owner.getName() + ", not to us");
    }
    return door;
  }

  static HttpDoor open(Path socket, Supplier<ControlPlaneApi> plane, UserPrincipal owner)
      throws IOException {
    Failures failures = new Failures();
    Javalin javalin =
        Javalin.create(
            config -> {
              configure(config, socket);
              failures.addTo(config.routes);
              config.routes.before(new DoorGuard(owner));
              new Routes(plane).addTo(config.routes);
            });
    SocketFile.claim(
        socket,
        () -> {
          start(javalin, socket);
          Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        });
    return new HttpDoor(javalin, socket);
  }

  /** Where it listens. */
  public Path socket() {
    return socket;
  }

  /** Ends the requests under way, at most for a few seconds, and removes the socket. */
  @Override
  public void close() {
    javalin.stop();
  }

  private static void start(Javalin javalin, Path socket) throws IOException {
    try {
      javalin.start();
    } catch (RuntimeException e) {
      throw new IOException("cannot listen on " + socket + ": " + e.getMessage(), e);
    }
  }

  private static void configure(JavalinConfig config, Path socket) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.maxRequestSize = Routes.BODY_BYTES_MAX;
    config.jetty.threadPool = new QueuedThreadPool(THREADS_MAX, THREADS_MIN);
    config.jetty.modifyServer(
        server -> {
          server.setStopTimeout(STOP_MAX.toMillis());
          server.setErrorHandler(new PlainErrors());
          server.addBean(new NetworkConnectionLimit(CONNECTIONS_MAX, server));
        });
    config.jetty.modifyHttpConfiguration(HttpDoor::limit);
    config.jetty.addConnector((server, http) -> connector(server, http, socket));
  }

  private static void limit(HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setSendDateHeader(false);
    http.setRequestHeaderSize(HEADER_BYTES_MAX);
    http.setIdleTimeout(IDLE_MAX.toMillis());
    http.addCustomizer(HttpDoor::addSecurityHeaders);
  }

  private static Request addSecurityHeaders(Request request, HttpFields.Mutable answer) {
    SecurityHeaders.addTo(answer);
    return request;
  }

  private static Connector connector(Server server, HttpConfiguration http, Path socket) {
    UnixDomainServerConnector connector =
        new UnixDomainServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setUnixDomainPath(socket);
    connector.setIdleTimeout(IDLE_MAX.toMillis());
    return connector;
  }
}
