package org.bloomery.integration;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Supplier;

/**
 * The ways into a test cluster for programs that run here, as a login node offers them.
 *
 * @param directory which the cluster sees under the same path
 * @param user who comes
 * @param container its id, once it runs
 */
record SlurmLogin(Path directory, String user, Supplier<String> container) {
  /** The cluster's large file system has this name in its root. */
  static final String SCRATCH = "gpfsscratch";

  private static final List<String> PROGRAMS =
      List.of("sbatch", "squeue", "sacct", "sreport", "scontrol", "scancel", "sinfo", "sacctmgr");

  /**
   * SLURM's programs and {@code ssh}, for a PATH: each hands its input, arguments, output and exit
   * code through, and TZ and SLURM_TIME_FORMAT of its environment. Killed here, they go on there,
   * as over a network.
   */
  Path bin() {
    return directory.resolve("bin");
  }

  /**
   * Begins the command of a program that is to find the cluster's scratch space where jobs find it.
   * The program has all else as it is here; nobody else sees the difference.
   */
  List<String> onLoginNode() {
    return List.of(directory.resolve("login-node").toString());
  }

  /** For {@code ssh -F}; the host is {@code cluster}. The {@code ssh} in {@link #bin} uses it. */
  Path sshConfiguration() {
    return directory.resolve("ssh").resolve("config");
  }

  /**
   * Opens the ways.
   *
   * @param key the user's private key
   * @param hostKey the cluster's public one
   */
  void write(String key, String hostKey) throws IOException {
    Files.createDirectory(bin());
    for (String program : PROGRAMS) {
      writeProgram(
          program,
          """
          case $PWD/ in %1$s/*) place=$PWD ;; *) place=%1$s ;; esac
          exec %2$s --user '%3$s' --workdir "$place" --env TZ --env SLURM_TIME_FORMAT %4$s %5$s "$@"
          """
              .formatted(directory, docker(), user, container.get(), program));
    }
    writeProgram("ssh", "exec /usr/bin/ssh -F '" + sshConfiguration() + "' \"$@\"\n");
    writeLoginNode();
    writeSsh(key, hostKey);
  }

  /**
   * A root of its own, in which all directories of this machine are mounted, and scratch. Whoever
   * is not root gets the right to mount in a namespace in which he has the same name.
   */
  private void writeLoginNode() throws IOException {
    Path root = Files.createDirectory(directory.resolve("root"));
    write(
        directory.resolve("login-node"),
        """
        #!/bin/sh
        set -eu
        if [ "${1-}" != mounts ]; then
          rights=
          [ "$(id -u)" = 0 ] || rights='--map-current-user --keep-caps'
          exec unshare $rights --mount "$0" mounts "$@"
        fi
        shift
        mount -t tmpfs root %1$s
        for path in /*; do
          if [ -L "$path" ]; then
            cp -P "$path" %1$s/
          elif [ -d "$path" ]; then
            mkdir "%1$s$path"
            mount --rbind "$path" "%1$s$path"
          fi
        done
        mkdir -p %1$s/%2$s
        mount --bind %3$s/%2$s %1$s/%2$s
        exec chroot %1$s "$@"
        """
            .formatted(root, SCRATCH, directory),
        "rwxr-xr-x");
  }

  private void writeProgram(String name, String commands) throws IOException {
    write(bin().resolve(name), "#!/bin/sh\n" + commands, "rwxr-xr-x");
  }

  /** Its server talks over its input and output: the cluster needs no network for that. */
  private void writeSsh(String key, String hostKey) throws IOException {
    Path folder = Files.createDirectory(directory.resolve("ssh"));
    Path identity = folder.resolve("id_ed25519");
    Path known = folder.resolve("known_hosts");
    write(identity, key + "\n", "rw-------");
    write(known, "cluster " + hostKey + "\n", "rw-------");
    write(
        sshConfiguration(),
        """
        Host cluster
          User %s
          HostKeyAlias cluster
          IdentityFile %s
          IdentitiesOnly yes
          UserKnownHostsFile %s
          ProxyCommand %s %s /usr/sbin/sshd -i -o UsePAM=no
        """
            .formatted(user, identity, known, docker(), container.get()),
        "rw-------");
  }

  private static String docker() {
    return "env DOCKER_HOST='%s' PATH='%s' docker exec --interactive"
        .formatted(System.getenv("DOCKER_HOST"), System.getenv("PATH"));
  }

  private static void write(Path file, String text, String permissions) throws IOException {
    Files.writeString(file, text, UTF_8);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }
}
