package org.bloomery.cli;

import org.bloomery.core.id.RunId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** A command about one run. */
abstract class RunVerb extends Verb {
  @Parameters(
      index = "0",
      paramLabel = "RUN",
      converter = RunName.class,
      description = "The run's name.")
  private RunId run;

  RunVerb(Session session) {
    super(session);
  }

  final RunId run() {
    return run;
  }

  /** Reads a run's name as it is typed. */
  static final class RunName implements ITypeConverter<RunId> {
    @Override
    public RunId convert(String text) {
      if (!RunId.isValid(text)) {
        throw new TypeConversionException(
            "a run's name has 1 to 48 of a-z, 0-9 and '-', and starts with a letter or digit");
      }
      return new RunId(text);
    }
  }
}
