package org.bloomery.core.run;

import java.time.Instant;
import java.util.Optional;

/** Where a run stands; each phase carries only what is true in that phase. */
public sealed interface Phase {

  /** Nothing is queued; the next attempt may be planned from then on. */
  record Ready(Instant notBefore) implements Phase {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.ready(this);
    }
  }

  /**
   * An attempt is recorded and its job was handed over; its id is not known yet.
   *
   * @param tries how often since it was last certain that no job was taken
   */
  record Submitting(Instant triedAt, int tries, Optional<Deferral> deferral) implements Phase {
    static Submitting of(Handover handover) {
      return new Submitting(handover.triedAt(), handover.tries(), handover.deferral());
    }

    Handover handover() {
      return new Handover(triedAt, tries, deferral);
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.submitting(this);
    }
  }

  /** The resource manager has the job; it has not started. */
  record Pending(Instant since) implements Phase {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.pending(this);
    }
  }

  /** The job runs. */
  record Running(Instant since) implements Phase {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.running(this);
    }
  }

  /** The job is over; its last checkpoints and its bill are being settled. */
  record Ending(Instant since) implements Phase {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.ending(this);
    }
  }

  /** Nothing happens until a person acts. */
  record Held(HoldReason reason, String detail) implements Phase {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.held(this);
    }
  }

  /** Over and settled. */
  record Finished(Outcome outcome) implements Phase {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.finished(this);
    }
  }

  /** Calls the one case of this phase. */
  <R> R match(Cases<R> cases);

  /** One method per phase: a new phase breaks every implementer at compile time. */
  interface Cases<R> {
    R ready(Ready phase);

    R submitting(Submitting phase);

    R pending(Pending phase);

    R running(Running phase);

    R ending(Ending phase);

    R held(Held phase);

    R finished(Finished phase);
  }

  /** The one word under which people know this phase. */
  default String word() {
    return match(
        new Cases<>() {
          @Override
          public String ready(Ready phase) {
            return "ready";
          }

          @Override
          public String submitting(Submitting phase) {
            return "submitting";
          }

          @Override
          public String pending(Pending phase) {
            return "pending";
          }

          @Override
          public String running(Running phase) {
            return "running";
          }

          @Override
          public String ending(Ending phase) {
            return "ending";
          }

          @Override
          public String held(Held phase) {
            return "held";
          }

          @Override
          public String finished(Finished phase) {
            return switch (phase.outcome()) {
              case SUCCEEDED -> "succeeded";
              case CANCELLED -> "cancelled";
            };
          }
        });
  }
}
