package org.bloomery.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.RunSpec;

/**
 * What the commands meet outside of themselves; {@link Main} wires the real things, tests their
 * own.
 *
 * @param environment the process's variables
 * @param workingDirectory absolute; what relative paths start from
 */
public record Surroundings(
    Map<String, String> environment,
    Path workingDirectory,
    Connector connector,
    Site site,
    Server server,
    Quickstart quickstart,
    Machine machine,
    Pause pause) {

  /** Finds the control plane that this user's commands talk to. */
  @FunctionalInterface
  public interface Connector {
    /** A client; that nobody answers is found out by its first question. */
    ControlPlaneApi connect(Map<String, String> environment);
  }

  /** What the commands need of this site's files. */
  public interface Site {
    /** The home's directory, which need not exist yet. */
    Path home();

    /** All clusters; a bad profile is an {@code ApiException} with its problems. */
    List<ClusterProfile> clusters();

    /** The files of a run's first attempt. */
    AttemptFiles render(RunSpec spec, ClusterProfile cluster);

    /** Writes a whole file, and its directory if that is missing. */
    void write(Path file, String text);
  }

  /** Runs a control plane in this process until it is told to end. */
  @FunctionalInterface
  public interface Server {
    /** Serves; returns the exit code. */
    int serve(Map<String, String> environment, Console console);
  }

  /** Trains, breaks, resumes and bills a tiny model on this machine. */
  @FunctionalInterface
  public interface Quickstart {
    /** Runs to its end; returns the exit code. */
    int run(Map<String, String> environment, Console console);
  }

  /** Looks at this machine. */
  @FunctionalInterface
  public interface Machine {
    /** All checks, in the order in which they are shown. */
    List<Check> examine(Map<String, String> environment) throws InterruptedException;
  }

  /** Waits between two looks. */
  @FunctionalInterface
  public interface Pause {
    void rest(Duration time) throws InterruptedException;
  }

  public Surroundings {
    environment = Map.copyOf(environment);
  }
}
