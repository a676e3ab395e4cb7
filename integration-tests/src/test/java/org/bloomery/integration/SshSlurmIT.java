package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bloomery.controlplane.api.DescriptionView;
import org.bloomery.core.observe.EndCause;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: a cluster whose commands are only on its login node is as good as one whose commands are
 * here. Method: OpenSSH on both ends, to the sshd in a container; where the control plane runs,
 * there is no program of SLURM's.
 */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class SshSlurmIT {
  private static final int DEVICES = 2;
  private static final int LONG = 20_000;
  private static final Pattern PROXY_COMMAND = Pattern.compile("(?m)^( *ProxyCommand )(.*)$");

  @TempDir private Path directory;
  private SlurmContainer cluster;
  private Path connections;
  private Path knownHosts;

  @BeforeEach
  void start() throws Exception {
    cluster = SlurmContainer.shared();
    cluster.setStepTime(Duration.ofMillis(100));
    connections = Files.createFile(directory.resolve("connections"));
    knownHosts = directory.resolve("known_hosts");
  }

  @AfterEach
  void heal() throws Exception {
    cluster.heal();
  }

  @Test
  void aRunIsSubmittedStoppedResumedAndBilledThroughOneConnection() throws Exception {
    Path ssh = ssh(true);
    try (ClusterControl control = ClusterControl.overSsh(cluster, ssh)) {
      control.submit("remote", LONG);
      control.awaitIteration("remote", 5);
      control.verb("stop", "remote");
      DescriptionView stopped = control.awaitPhase("remote", "held");
      control.verb("resume", "remote");
      DescriptionView resumed =
          control.await(
              "remote",
              run ->
                  run.attempts().size() == 2 && run.attempts().get(1).firstIteration().isPresent());
      control.verb("cancel", "remote");
      control.awaitPhase("remote", "cancelled");

      assertThat(resumed.attempts().get(1).resumedFrom())
          .isEqualTo(stopped.attempts().get(0).lastIteration());
      RunStory story = control.story("remote");
      assertThat(story.causes()).containsExactly(EndCause.STOPPED, EndCause.CANCELLED);
      story.assertBilledAsAccounted(cluster, DEVICES);
      assertThat(Files.readAllLines(connections)).hasSize(1);
    }
  }

  @Test
  void toAHostThatIsNotTheKnownOneNothingIsSaid() throws Exception {
    Path ssh = ssh(false);
    try (ClusterControl control = ClusterControl.overSsh(cluster, ssh)) {
      control.submit("careful", LONG);
      control.awaitExplanation("careful", "REMOTE HOST IDENTIFICATION HAS CHANGED");
      assertThat(control.story("careful").ends()).isEmpty();
      cluster.await(String::isEmpty, "squeue", "--noheader");

      trust(true);
      control.awaitIteration("careful", 1);
      control.verb("cancel", "careful");
      control.awaitPhase("careful", "cancelled");
    }
  }

  /** A directory with an {@code ssh} that counts its connections. */
  private Path ssh(boolean trusts) throws Exception {
    trust(trusts);
    Path bin = Files.createDirectory(directory.resolve("bin"));
    Path proxy = directory.resolve("proxy");
    Path file = directory.resolve("ssh_config");
    String configuration = Files.readString(cluster.login().sshConfiguration());
    Matcher command = PROXY_COMMAND.matcher(configuration);
    assertThat(command.find()).isTrue();
    program(proxy, "echo connects >> " + connections + "\nexec " + command.group(2));
    Files.writeString(
        file,
        command
            .replaceFirst("$1" + proxy)
            .replaceFirst("(?m)^( *UserKnownHostsFile ).*", "$1" + knownHosts));
    program(bin.resolve("ssh"), "exec /usr/bin/ssh -F " + file + " \"$@\"");
    return bin;
  }

  private static void program(Path file, String commands) throws Exception {
    Files.writeString(file, "#!/bin/sh\n" + commands + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Knows the cluster by its key, or by one that another host has. */
  private void trust(boolean trusts) throws Exception {
    String known =
        Files.readString(cluster.login().sshConfiguration().resolveSibling("known_hosts"));
    if (!trusts) {
      Path key = directory.resolve("other");
      Process made =
          new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString())
              .inheritIO()
              .start();
      assertThat(made.waitFor()).isZero();
      known = "cluster " + Files.readString(key.resolveSibling("other.pub"));
    }
    Files.writeString(knownHosts, known);
  }
}
