package org.bloomery.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A verb that only has verbs of its own. */
abstract class GroupVerb implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it by itself
  private boolean help;

  @Override
  public Integer call() {
    String verbs = String.join(", ", spec.subcommands().keySet());
    throw new ParameterException(
        spec.commandLine(), "Say what to do with " + spec.name() + ": " + verbs + ".");
  }
}
