package org.bloomery.controlplane.slurm;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.bloomery.controlplane.process.CommandRunner;

/** Runs SLURM's commands of one cluster, one at a time: a controller serves all of a site. */
final class SlurmCommands {
  private final CommandRunner runner;
  private final LoginNode login;
  private final ReentrantLock oneAtATime = new ReentrantLock();

  SlurmCommands(CommandRunner runner, LoginNode login) {
    this.runner = runner;
    this.login = login;
  }

  /** Runs a command to its end, and says what became of it. */
  Answer run(SlurmProgram program, List<String> arguments) {
    oneAtATime.lock();
    try {
      return login.answer(program, runner.run(login.command(program, arguments)));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return new Answer.Lost(program.word() + " was given up: the control plane ends", "");
    } finally {
      oneAtATime.unlock();
    }
  }
}
