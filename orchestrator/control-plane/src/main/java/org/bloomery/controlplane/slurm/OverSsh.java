package org.bloomery.controlplane.slurm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bloomery.controlplane.process.CommandRunner.Command;
import org.bloomery.controlplane.process.CommandRunner.Result;
import org.bloomery.core.script.ShellQuote;
import org.bloomery.core.spec.Transport;

/**
 * SLURM's commands on a login node, through OpenSSH and one connection that all of them share.
 *
 * <p>The command's output comes between two marks, with its exit code in the second: what a login
 * shell's start-up files print is not part of it, a connection that broke in the middle is noticed,
 * and ssh's own exit code 255 is not taken for the command's. Nothing runs under another user's
 * name than the one whose jobs are looked for: they would never be found.
 *
 * @param host as {@code ssh} takes it
 * @param login absent means the user that {@code ssh} would take
 * @param user under whose name commands must run there
 * @param controlDirectory where the shared connection's socket lies; nobody else may enter it
 * @param persist how long the connection stays open between two commands
 * @param environment of {@code ssh} here: the place of keys and agents
 */
public record OverSsh(
    String host,
    Optional<String> login,
    String user,
    Path controlDirectory,
    Duration persist,
    Map<String, String> environment)
    implements LoginNode {
  static final String BEGIN = "bloomery:begin";
  static final String END = "bloomery:end";
  private static final String STRANGER = "bloomery:user ";

  /**
   * What runs there, in the plainest shell that every node has, whatever the user's own is.
   *
   * <p>Options that the user's start-up files put into the environment would change what SLURM's
   * commands say and do (sbatch(1), squeue(1): "input environment variables").
   */
  private static final String SCRIPT =
      "for v in $(env | sed -n 's/^\\(S[A-Z]*_[A-Z0-9_]*\\)=.*/\\1/p'); do case $v in"
          + " SLURM_CONF) ;;"
          + " SLURM_*|SBATCH_*|SQUEUE_*|SACCT_*|SCANCEL_*|SCONTROL_*) unset \"$v\";;"
          + " esac; done; u=$(id -un); if [ \"$u\" != \"$1\" ]; then echo \""
          + STRANGER
          + "$u\"; exit; fi; shift; echo "
          + BEGIN
          + "; env \"$@\"; s=$?; echo; echo \""
          + END
          + " $s\"";

  /** A shell's exit codes for a program that it cannot find or start (POSIX, 2.8.2). */
  private static final int NOT_EXECUTABLE = 126;

  private static final int NOT_FOUND = 127;

  /** Room for the marks and for what start-up files print. */
  private static final int FRAME_BYTES_MAX = 16 << 10;

  /** What ssh itself needs of a user's environment: where keys, tickets and agents are. */
  private static final List<String> NEEDED =
      List.of("HOME", "KRB5CCNAME", "LANG", "LC_ALL", "PATH", "SSH_AUTH_SOCK", "USER");

  /** The login node that a profile names. */
  static OverSsh with(SlurmCluster.Here here, Transport.Ssh transport) {
    Map<String, String> environment = new TreeMap<>(here.environment());
    environment.keySet().retainAll(NEEDED);
    environment.putIfAbsent("PATH", "/usr/local/bin:/usr/bin:/bin");
    return new OverSsh(
        transport.host(),
        transport.user(),
        transport.user().orElse(here.user()),
        here.controlDirectory(),
        transport.controlPersist(),
        environment);
  }

  public OverSsh {
    environment = new TreeMap<>(environment);
    if (host.isEmpty() || host.startsWith("-")) {
      throw new IllegalArgumentException("not a host's name: '" + host + "'");
    }
  }

  @Override
  public Command command(SlurmProgram program, List<String> arguments) {
    List<String> there = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "bloomery", user));
    if (program.showsTimes()) {
      there.addAll(List.of("TZ=UTC", "SLURM_TIME_FORMAT=%s"));
    }
    there.add(program.word());
    there.addAll(arguments);
    List<String> argv = new ArrayList<>();
    argv.add("ssh");
    options().forEach(option -> argv.addAll(List.of("-o", option)));
    login.ifPresent(name -> argv.addAll(List.of("-l", name)));
    // ssh joins its arguments with blanks and gives them to a shell: this is the one quoting.
    argv.addAll(List.of("-T", "--", host, "exec " + ShellQuote.join(there)));
    return new Command(
        argv,
        Optional.empty(),
        environment,
        program.timeout(),
        program.outputBytesMax() + FRAME_BYTES_MAX);
  }

  private List<String> options() {
    return List.of(
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "ConnectTimeout=20",
        "ServerAliveInterval=15",
        "ServerAliveCountMax=3",
        "ControlMaster=auto",
        "ControlPath=" + controlDirectory.resolve("ssh-%C"),
        "ControlPersist=" + persist.toSeconds(),
        "ClearAllForwardings=yes",
        "ForwardAgent=no",
        "ForwardX11=no",
        "LogLevel=ERROR");
  }

  @Override
  public Answer answer(SlurmProgram program, Result result) {
    if (result instanceof Result.Finished done) {
      Framed framed = Framed.of(done.output());
      Optional<String> stranger =
          done.output().lines().filter(line -> line.startsWith(STRANGER)).findFirst();
      if (framed.exitCode().isEmpty() && stranger.isPresent()) {
        return new Answer.NeverRan(
            host
                + " knows this user as "
                + stranger.get().substring(STRANGER.length())
                + ", and not as "
                + user
                + ": set transport.ssh.user in the cluster's profile");
      }
      if (framed.exitCode().isEmpty()) {
        String why =
            done.truncated()
                ? program.word() + " said more than " + program.outputBytesMax() + " bytes"
                : "the connection to " + host + " broke: " + reason(done);
        return new Answer.Lost(why, framed.output());
      }
      int exitCode = framed.exitCode().get();
      return exitCode == NOT_FOUND || exitCode == NOT_EXECUTABLE
          ? new Answer.NeverRan(
              "there is no program "
                  + program.word()
                  + " in the PATH that "
                  + host
                  + " gives to commands over ssh; no modules are loaded: set PATH in ~/.bashrc,"
                  + " before its test for interactive shells")
          : new Answer.Ended(exitCode, framed.output(), done.errors());
    }
    if (result instanceof Result.TimedOut late) {
      String why =
          program.word()
              + " on "
              + host
              + " did not end within "
              + late.after().toSeconds()
              + " s: "
              + Answer.oneLine(late.errors());
      return new Answer.Lost(why, Framed.of(late.output()).output());
    }
    return new Answer.NeverRan(((Result.NotStarted) result).why());
  }

  private static String reason(Result.Finished done) {
    return done.errors().isBlank()
        ? "ssh ended with " + done.exitCode() + " without a word"
        : Answer.oneLine(done.errors());
  }

  /**
   * What lay between the marks.
   *
   * @param exitCode the command's own; empty if the second mark never came
   */
  private record Framed(String output, Optional<Integer> exitCode) {
    static Framed of(String text) {
      String begin = BEGIN + "\n";
      int from = text.startsWith(begin) ? 0 : text.indexOf("\n" + begin) + 1;
      if (from == 0 && !text.startsWith(begin)) {
        return new Framed("", Optional.empty());
      }
      String rest = text.substring(from + begin.length());
      int end = rest.lastIndexOf("\n" + END + " ");
      if (end < 0 || !rest.endsWith("\n")) {
        return new Framed(rest, Optional.empty());
      }
      String code = rest.substring(end + END.length() + 2).strip();
      return code.matches("[0-9]{1,3}")
          ? new Framed(rest.substring(0, end), Optional.of(Integer.parseInt(code)))
          : new Framed(rest, Optional.empty());
    }
  }
}
