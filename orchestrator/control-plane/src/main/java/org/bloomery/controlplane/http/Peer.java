package org.bloomery.controlplane.http;

import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;

/**
 * The user at the other end of a connection, by the kernel's word: nothing that the other end says
 * counts.
 */
record Peer(UserPrincipal user) {

  /**
   * The peer of the connection that a request came over.
   *
   * @throws IOException where the connection has no peer credentials; then nobody is served
   */
  static Peer of(ServletRequest request) throws IOException {
    Object transport =
        ServletContextRequest.getServletContextRequest(request)
            .getConnectionMetaData()
            .getConnection()
            .getEndPoint()
            .getTransport();
    if (transport instanceof SocketChannel channel) {
      return new Peer(channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user());
    }
    throw new IOException("not a unix socket: " + transport.getClass().getName());
  }

  /** The user's name, or the number where the system knows no name. */
  String name() {
    return user.getName();
  }

  /** Whether it is the same account; two principals are equal if their user ids are. */
  boolean is(UserPrincipal other) {
    return user.equals(other);
  }
}
