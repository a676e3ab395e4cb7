package org.bloomery.controlplane.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.bloomery.core.script.Templates;

/** Reads the templates of the job's scripts, which come with the program. */
public final class ScriptTemplates {
  private ScriptTemplates() {}

  /** The templates for every resource manager. */
  public static Templates shipped() {
    return Templates.read(ScriptTemplates::read);
  }

  private static String read(String name) {
    String resource = Templates.RESOURCES + name;
    try (InputStream in = Templates.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the program was built without " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
  }
}
