package org.bloomery.controlplane.slurm;

import java.util.List;
import org.bloomery.controlplane.process.CommandRunner.Command;
import org.bloomery.controlplane.process.CommandRunner.Result;

/** Where SLURM's commands run: how to start one there, and how to read what became of it. */
public interface LoginNode {

  /** The process that runs a command there. */
  Command command(SlurmProgram program, List<String> arguments);

  /** What became of the command, as far as the process tells. */
  Answer answer(SlurmProgram program, Result result);
}
