package org.bloomery.core.slurm;

import java.util.List;
import org.bloomery.core.ledger.LedgerEntry;

/** What one line of sacct's output means for the ledger. */
public sealed interface AccountingLine {

  /** A job that is over; it is posted. */
  record Used(LedgerEntry entry, List<Note> notes) implements AccountingLine {
    public Used {
      notes = List.copyOf(notes);
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.used(this);
    }
  }

  /** It is not posted. */
  record Skipped(Reason reason) implements AccountingLine {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.skipped(this);
    }
  }

  /** Why a line is not posted; none of them stands for time that somebody has to pay. */
  enum Reason {
    /** Fields are missing, or there is no job id. */
    BROKEN("does not have the columns that the title names"),
    /** Steps are parts of their job. */
    STEP("is a step of a job that has a line of its own"),
    /**
     * While a job is young, the accounting shows lines of it without partition and work directory,
     * under the name {@code allocation}; some of them never go away.
     */
    STUB("is a stub that SLURM keeps of a young job"),
    PENDING_ARRAY("stands for tasks of an array that have not started"),
    NOT_OVER("is not over"),
    NEVER_STARTED("ended before it started"),
    /** A word that no version of SLURM up to 25.11 has: whether it is over cannot be told. */
    UNKNOWN_STATE("has a state that is not known"),
    NO_TIMES("has no time that can be read"),
    NEGATIVE_TIME("ends before it starts");

    private final String words;

    Reason(String words) {
      this.words = words;
    }

    /** After "it", which is the line. */
    public String words() {
      return words;
    }
  }

  /** What is odd about a line that is posted all the same. */
  enum Note {
    /** Suspended, or a clock that was changed, or another time zone than was said. */
    ELAPSED_DIFFERS("end minus start is not the elapsed time, which counts"),
    /** It is known by its start instead. */
    NO_SUBMIT_TIME("there is no submit time"),
    UNKNOWN_PARTITION("the cluster's profile does not know the partition: charged as allocated");

    private final String words;

    Note(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }

  /** Calls the one case of this line. */
  <R> R match(Cases<R> cases);

  /** One method per meaning. */
  interface Cases<R> {
    R used(Used line);

    R skipped(Skipped line);
  }
}
