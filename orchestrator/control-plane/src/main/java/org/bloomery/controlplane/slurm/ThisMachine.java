package org.bloomery.controlplane.slurm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bloomery.controlplane.process.CommandRunner.Command;
import org.bloomery.controlplane.process.CommandRunner.Result;

/**
 * A control plane on a login node: SLURM's commands are programs of this machine.
 *
 * @param environment of every command, all of it. What SLURM's commands take as options from their
 *     environment ({@code SBATCH_ACCOUNT}, {@code SQUEUE_PARTITION}) must not be in it.
 */
public record ThisMachine(Map<String, String> environment) implements LoginNode {
  /** What the commands need of a user's environment; all else could change what they say or do. */
  private static final List<String> NEEDED =
      List.of("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "SLURM_CONF", "USER");

  public ThisMachine {
    environment = new TreeMap<>(environment);
  }

  /** With what is needed of this program's own environment. */
  public static ThisMachine with(Map<String, String> own) {
    Map<String, String> environment = new TreeMap<>(own);
    environment.keySet().retainAll(NEEDED);
    environment.putIfAbsent("PATH", "/usr/local/bin:/usr/bin:/bin");
    return new ThisMachine(environment);
  }

  @Override
  public Command command(SlurmProgram program, List<String> arguments) {
    List<String> argv = new ArrayList<>();
    argv.add(program.word());
    argv.addAll(arguments);
    Map<String, String> all = new TreeMap<>(environment);
    if (program.showsTimes()) {
      all.put("TZ", "UTC");
      all.put("SLURM_TIME_FORMAT", "%s");
    }
    return new Command(argv, Optional.empty(), all, program.timeout(), program.outputBytesMax());
  }

  @Override
  public Answer answer(SlurmProgram program, Result result) {
    if (result instanceof Result.Finished done) {
      return done.truncated()
          ? new Answer.Lost(
              program.word() + " said more than " + program.outputBytesMax() + " bytes",
              done.output())
          : new Answer.Ended(done.exitCode(), done.output(), done.errors());
    }
    if (result instanceof Result.TimedOut late) {
      return new Answer.Lost(
          program.word() + " did not end within " + late.after().toSeconds() + " s", late.output());
    }
    return new Answer.NeverRan(((Result.NotStarted) result).why());
  }
}
