package org.bloomery.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.config.Home;
import org.bloomery.controlplane.config.HomeException;
import org.bloomery.controlplane.config.SocketDirectory;
import org.bloomery.controlplane.http.ControlPlaneClient;
import org.bloomery.core.id.HomeId;

/** Finds the socket: where {@code BLOOMERY_SERVER} says, or where this user's home has it. */
final class SocketConnector implements Surroundings.Connector {
  private static final String SCHEME = "unix:";

  @Override
  public ControlPlaneApi connect(Map<String, String> environment) {
    return new ControlPlaneClient(socket(environment));
  }

  static Path socket(Map<String, String> environment) {
    String server = environment.getOrDefault("BLOOMERY_SERVER", "");
    if (!server.isEmpty()) {
      if (!server.startsWith(SCHEME + "/")) {
        throw new ApiException(
            ApiException.Kind.INVALID,
            "BLOOMERY_SERVER is "
                + server
                + ". Set it to unix: and the socket's path, or unset it");
      }
      return Path.of(server.substring(SCHEME.length()));
    }
    try {
      Path home = Home.locate(environment);
      Optional<HomeId> id = Home.idOf(home);
      if (id.isEmpty()) {
        throw new ApiException(
            ApiException.Kind.UNAVAILABLE,
            "no control plane was ever started in " + home + ". Start one with: bloomery serve");
      }
      SocketDirectory directory = SocketDirectory.of(id.get(), environment);
      requireSameOwner(home, directory.path());
      return directory.socket();
    } catch (HomeException e) {
      throw new ApiException(ApiException.Kind.FAILED, e.getMessage());
    }
  }

  /** In /tmp somebody else may have made a directory of this name, to be asked in our stead. */
  private static void requireSameOwner(Path home, Path directory) {
    try {
      if (Files.exists(directory) && !Files.getOwner(directory).equals(Files.getOwner(home))) {
        throw new ApiException(
            ApiException.Kind.FAILED,
            directory
                + " belongs to "
                + Files.getOwner(directory).getName()
                + ". Set XDG_RUNTIME_DIR to a directory of yours and start the server again");
      }
    } catch (IOException e) {
      throw new ApiException(
          ApiException.Kind.FAILED,
          "cannot tell who owns " + directory + ". Check its permissions");
    }
  }
}
