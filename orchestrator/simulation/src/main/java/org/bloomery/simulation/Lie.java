package org.bloomery.simulation;

import java.util.Locale;

/** What a SLURM can do to whoever talks to it: everything here has been seen at some site. */
public enum Lie {
  /** The command never reaches the controller, and hangs until it is killed. */
  LOST_ON_THE_WAY(Of.ANY),
  /** The command has done its work, but its answer never comes, and it is killed. */
  ANSWER_LOST(Of.ANY),
  /** {@code Socket timed out}, and nothing was done. */
  TIMED_OUT_UNDONE(Of.ANY),
  /** {@code Socket timed out}, and all was done. */
  TIMED_OUT_DONE(Of.ANY),
  /** {@code Socket timed out}, and it will be done some time later. */
  TIMED_OUT_DONE_LATER(Of.SUBMISSIONS),
  /** The controller is down or being replaced. */
  CONTROLLER_DOWN(Of.CONTROLLER),
  /** The database of jobs cannot be reached. */
  DATABASE_DOWN(Of.ACCOUNTING),
  /** The command asks again by itself what was done already: two jobs, and the second's id. */
  DONE_TWICE(Of.SUBMISSIONS),
  /** Done, but no id is printed. */
  WITHOUT_ID(Of.SUBMISSIONS),
  /** The program is not there: its file system is away. */
  NOT_STARTED(Of.ANY),
  /** An older answer to the same question. */
  STALE(Of.QUERIES),
  /** Exit code 0, and nothing printed: a wrapper that failed. */
  SILENT(Of.QUERIES),
  /** The titles and no row: indistinguishable from the truth. */
  NO_ROWS(Of.QUERIES),
  /** Cut in the middle, as by a full pipe. */
  CUT(Of.QUERIES),
  /** More than is kept. */
  TOO_LONG(Of.QUERIES),
  /** A line of something else among the rows. */
  GARBAGE(Of.QUERIES),
  /** A message of the day before the answer. */
  BANNER(Of.QUERIES),
  /** A state of a version to come. */
  STRANGE_STATE(Of.QUERIES);

  private enum Of {
    ANY,
    SUBMISSIONS,
    CONTROLLER,
    ACCOUNTING,
    QUERIES
  }

  private final Of of;

  Lie(Of of) {
    this.of = of;
  }

  /** Whether a command of SLURM's can be lied about so. */
  boolean concerns(String program) {
    return switch (of) {
      case ANY -> true;
      case SUBMISSIONS -> program.equals("sbatch");
      case CONTROLLER -> !program.equals("sacct");
      case ACCOUNTING -> program.equals("sacct");
      case QUERIES -> program.equals("squeue") || program.equals("sacct");
    };
  }

  /** Its name in reports. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
