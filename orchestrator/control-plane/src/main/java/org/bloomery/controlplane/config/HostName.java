package org.bloomery.controlplane.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How this machine is called. */
public final class HostName {
  private HostName() {}

  /** As the kernel has it: a name service could be slow, or not know this machine. */
  public static String here() throws IOException {
    return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
  }
}
