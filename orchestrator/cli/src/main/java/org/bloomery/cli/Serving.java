package org.bloomery.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.bloomery.controlplane.ControlPlane;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.config.ClusterProfiles;
import org.bloomery.controlplane.config.Home;
import org.bloomery.controlplane.config.HomeException;
import org.bloomery.controlplane.zookeeper.DurableStateException;

/** Runs a control plane in this process until a signal ends it. */
final class Serving implements Surroundings.Server {

  @Override
  public int serve(Map<String, String> environment, Console console) {
    try (ControlPlane plane = open(environment)) {
      Thread ending = new Thread(plane::close, "end-of-process");
      Runtime.getRuntime().addShutdownHook(ending);
      console.out().println("serves " + plane.home().root() + " on " + plane.socket());
      console.out().println("end it with Ctrl-C: trainings run on, and the next serve goes on");
      console.out().flush();
      Throwable end = plane.ended().get();
      return end == null ? Verb.DONE : ApiException.Kind.UNAVAILABLE.exitCode();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the control loop reports its end as a value", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Verb.FAILED;
    }
  }

  /** Opens the home that the environment names; what is in the way is said in one sentence. */
  static ControlPlane open(Map<String, String> environment) {
    try {
      Path root = Home.locate(environment);
      return ControlPlane.open(root, environment, Version.text());
    } catch (HomeException | DurableStateException | IOException e) {
      throw new ApiException(ApiException.Kind.UNAVAILABLE, e.getMessage());
    } catch (ClusterProfiles.BadProfileException e) {
      throw new ApiException(
          ApiException.Kind.INVALID, "a cluster profile is not good", e.problems());
    }
  }
}
