package org.bloomery.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bloomery.controlplane.config.ScriptTemplates;
import org.bloomery.core.script.ScriptRenderer;
import org.bloomery.core.spec.BindContext;
import org.bloomery.core.spec.Bound;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.SpecBinder;

/** What all simulations of a process share: pure, and slow to make. */
final class Surroundings {
  static final ScriptRenderer RENDERER = new ScriptRenderer(ScriptTemplates.shipped());

  private static final String SITE = resource("site.yaml");
  private static final String RUN = resource("run.yaml");
  private static final Map<String, ClusterProfile> PROFILES = new ConcurrentHashMap<>();

  private Surroundings() {}

  private static String resource(String name) {
    try (InputStream in = Surroundings.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The profile of a site. */
  static List<ClusterProfile> profiles(Swarm.Site site) {
    String text =
        SITE.replace("<prepares>", Boolean.toString(site.prepares()))
            .replace("<poll>", site.poll().toSeconds() + "s")
            .replace("<goWait>", site.goWait().toSeconds() + "s");
    return List.of(PROFILES.computeIfAbsent(text, Surroundings::profile));
  }

  private static ClusterProfile profile(String text) {
    Bound<ClusterProfile> bound =
        SpecBinder.bindCluster(
            "site.yaml", text.getBytes(StandardCharsets.UTF_8), new BindContext("/home", "/home"));
    if (bound instanceof Bound.Value<ClusterProfile> good) {
      return good.value();
    }
    throw new IllegalStateException(bound.problemList().toString());
  }

  /** The spec of a run. */
  static String spec(String name, long budgetHours) {
    return RUN.replace("<name>", name).replace("<budget>", Long.toString(budgetHours));
  }
}
