package org.bloomery.cli;

import org.bloomery.controlplane.api.ServerView;

/** The few lines that tell which control plane answers, and which one leads. */
final class ServerScreen {
  private ServerScreen() {}

  static String of(ServerView server) {
    return RunScreen.line("server", "process " + server.pid() + ", version " + server.version())
        + RunScreen.line("home", server.home() + ", id " + server.homeId())
        + RunScreen.line("leader", leader(server));
  }

  private static String leader(ServerView server) {
    if (server.epoch() == 0) {
      return "nobody has led yet";
    }
    String epoch = ", in epoch " + server.epoch();
    return server.leads() ? "this one" + epoch : server.leader() + epoch + "; this one stands by";
  }
}
