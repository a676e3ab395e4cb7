package org.bloomery.integration;

import java.io.IOException;

/** Signals to processes. */
final class Signals {
  private Signals() {}

  /** Sends a signal, by its name without SIG; a process that is gone gets none. */
  static void send(long pid, String name) throws IOException, InterruptedException {
    new ProcessBuilder("/bin/kill", "-" + name, Long.toString(pid))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
