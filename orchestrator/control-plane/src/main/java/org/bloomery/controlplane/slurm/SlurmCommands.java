package org.bloomery.controlplane.slurm;

import java.util.List;
import java.util.concurrent.Semaphore;
import org.bloomery.controlplane.process.CommandRunner;

/** Runs SLURM's commands of one cluster, few at a time: a controller serves all of a site. */
final class SlurmCommands {
  /** As many as a person with some terminals starts; a controller serves hundreds. */
  static final int AT_ONCE = 4;

  private final CommandRunner runner;
  private final LoginNode login;
  private final Semaphore free = new Semaphore(AT_ONCE, true);

  SlurmCommands(CommandRunner runner, LoginNode login) {
    this.runner = runner;
    this.login = login;
  }

  /** Runs a command to its end, and says what became of it. */
  Answer run(SlurmProgram program, List<String> arguments) {
    try {
      free.acquire();
      try {
        return login.answer(program, runner.run(login.command(program, arguments)));
      } finally {
        free.release();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return new Answer.Lost(program.word() + " was given up: the control plane ends", "");
    }
  }
}
