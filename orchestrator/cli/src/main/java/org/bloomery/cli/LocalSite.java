package org.bloomery.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.config.ClusterProfiles;
import org.bloomery.controlplane.config.Home;
import org.bloomery.controlplane.config.HomeException;
import org.bloomery.controlplane.config.ScriptTemplates;
import org.bloomery.controlplane.files.AtomicFiles;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.core.script.AttemptPlanner;
import org.bloomery.core.script.ScriptRenderer;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.RunSpec;

/** This user's home, whether or not a control plane ever ran in it; nothing is made there. */
final class LocalSite implements Surroundings.Site {
  /** Stands in job names until the home has an id of its own. */
  private static final HomeId NO_ID_YET = new HomeId("000000");

  private final Map<String, String> environment;

  LocalSite(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Path home() {
    try {
      return Home.locate(environment);
    } catch (HomeException e) {
      throw new ApiException(ApiException.Kind.FAILED, e.getMessage());
    }
  }

  @Override
  public List<ClusterProfile> clusters() {
    try {
      return ClusterProfiles.load(home());
    } catch (ClusterProfiles.BadProfileException e) {
      throw new ApiException(
          ApiException.Kind.INVALID,
          "a cluster's profile of yours is not good. Correct it and try again",
          e.problems());
    } catch (UncheckedIOException e) {
      throw new ApiException(
          ApiException.Kind.FAILED, e.getMessage() + ". Check the permissions there");
    }
  }

  @Override
  public AttemptFiles render(RunSpec spec, ClusterProfile cluster) {
    ScriptRenderer renderer = new ScriptRenderer(ScriptTemplates.shipped());
    return renderer.render(
        AttemptPlanner.plan(homeId(), spec.name(), spec, cluster, 1, Optional.empty()),
        spec,
        cluster);
  }

  private HomeId homeId() {
    try {
      return Home.idOf(home()).orElse(NO_ID_YET);
    } catch (HomeException e) {
      throw new ApiException(ApiException.Kind.FAILED, e.getMessage());
    }
  }

  @Override
  public void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      AtomicFiles.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new ApiException(
          ApiException.Kind.FAILED,
          "cannot write " + file + ". Check permissions and free space, or choose another --to");
    }
  }
}
