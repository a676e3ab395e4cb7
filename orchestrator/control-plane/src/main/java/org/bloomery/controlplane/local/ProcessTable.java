package org.bloomery.controlplane.local;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The machine's processes, read from {@code /proc}.
 *
 * <p>A job's processes are known by marks in the environment that they inherit. A process that
 * vanishes while it is looked at is normal, and is left out; that {@code /proc} itself cannot be
 * read is an error.
 */
final class ProcessTable {
  private static final int STATE = 0;
  private static final int SESSION = 3;
  private static final int START_TICKS = 19;

  private final Path proc;

  ProcessTable(Path proc) {
    this.proc = proc;
  }

  /** The fields of {@code /proc/PID/stat} that matter here. */
  record Stat(char state, long session, long startTicks) {
    boolean lives() {
      return state != 'Z' && state != 'X';
    }
  }

  /** This boot's part of all identities. */
  String boot() throws IOException {
    return Files.readString(proc.resolve("sys/kernel/random/boot_id"), StandardCharsets.US_ASCII)
        .substring(0, 8);
  }

  String hostName() throws IOException {
    return Files.readString(proc.resolve("sys/kernel/hostname")).strip();
  }

  /** A process, if there is one with this id. */
  Optional<Stat> stat(long pid) {
    String text;
    try {
      text = Files.readString(proc.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
    } catch (IOException vanished) {
      return Optional.empty();
    }
    // The second field is the command's name in brackets, and may itself contain brackets.
    int nameEnd = text.lastIndexOf(')');
    if (nameEnd < 0) {
      return Optional.empty();
    }
    String[] fields = text.substring(nameEnd + 1).strip().split(" ", START_TICKS + 2);
    return Optional.of(
        new Stat(
            fields[STATE].charAt(0),
            Long.parseLong(fields[SESSION]),
            Long.parseLong(fields[START_TICKS])));
  }

  /** One pass over all processes. */
  Snapshot look() throws IOException {
    String boot = boot();
    Object ownUser = Files.getAttribute(proc.resolve("self"), "unix:uid");
    List<Snapshot.Entry> entries = new ArrayList<>();
    boolean any = false;
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        any = true;
        entry(boot, process, ownUser).ifPresent(entries::add);
      }
    } catch (DirectoryIteratorException failed) {
      throw failed.getCause();
    }
    if (!any) {
      // This process itself must be there: such a /proc shows less than there is.
      throw new IOException(proc + " shows no process at all");
    }
    return new Snapshot(boot, entries);
  }

  private Optional<Snapshot.Entry> entry(String boot, Path directory, Object ownUser) {
    long pid;
    try {
      pid = Long.parseLong(directory.getFileName().toString());
    } catch (NumberFormatException notAProcess) {
      return Optional.empty();
    }
    // Taken before the marks are read: it remembers the start time, and so a signal through it
    // can never reach a later process with the same id.
    Optional<ProcessHandle> handle = ProcessHandle.of(pid);
    Optional<Stat> stat = stat(pid).filter(Stat::lives);
    if (handle.isEmpty() || stat.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> environment = Map.of();
    try {
      if (Files.getAttribute(directory, "unix:uid").equals(ownUser)) {
        environment = environment(directory);
      }
    } catch (IOException notOurs) {
      // Another user's process, or one that hides its memory: the session still tells.
    }
    JobIdentity self = new JobIdentity(boot, pid, stat.get().startTicks());
    return Optional.of(
        new Snapshot.Entry(
            self,
            stat.get().session(),
            environment.isEmpty(),
            Marks.in(environment, self),
            handle.get()));
  }

  private static Map<String, String> environment(Path process) throws IOException {
    // The JVM wrote these bytes in its default charset when it started the job.
    String text =
        new String(Files.readAllBytes(process.resolve("environ")), Charset.defaultCharset());
    Map<String, String> environment = new LinkedHashMap<>();
    for (String entry : text.split("\0", -1)) {
      int equals = entry.indexOf('=');
      if (equals > 0) {
        environment.put(entry.substring(0, equals), entry.substring(equals + 1));
      }
    }
    return environment;
  }
}
