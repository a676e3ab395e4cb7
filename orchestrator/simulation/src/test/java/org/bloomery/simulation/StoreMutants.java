package org.bloomery.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;

/** Control planes that are wrong about what they record. */
final class StoreMutants {
  private StoreMutants() {}

  /** What a record says is changed before it is written. */
  interface Change {
    List<RunEvent> of(List<RunEvent> facts);
  }

  static RunStore changing(RunStore real, Change change) {
    return new PassingStore(real) {
      @Override
      public Run record(Run run, List<RunEvent> facts, String why, Instant at, Epoch epoch) {
        List<RunEvent> changed = change.of(facts);
        return changed.isEmpty() ? run : super.record(run, changed, why, at, epoch);
      }
    };
  }

  static List<RunEvent> withoutPostings(List<RunEvent> facts) {
    return facts.stream().filter(fact -> !(fact instanceof RunEvent.UsagePosted)).toList();
  }

  /** The same bill once more, under a key that nobody has. */
  static List<RunEvent> withPostingsTwice(List<RunEvent> facts) {
    List<RunEvent> all = new ArrayList<>();
    for (RunEvent fact : facts) {
      all.add(fact);
      if (fact instanceof RunEvent.UsagePosted posted) {
        all.add(new RunEvent.UsagePosted(again(posted.posting())));
      }
    }
    return all;
  }

  private static Posting again(Posting posting) {
    JobKey job = posting.job();
    return new Posting(
        new JobKey(job.cluster(), job.jobId(), job.submitEpoch() + 1),
        posting.run(),
        Optional.empty(),
        posting.account(),
        posting.user(),
        posting.start(),
        posting.end(),
        posting.nodes(),
        posting.allocated(),
        posting.charged(),
        posting.source(),
        posting.audited());
  }

  /** Whoever writes, writes as the newest leader. */
  static final class WithoutEpochs extends PassingStore {
    private final long[] newest;

    /** All control planes of one world share {@code newest}. */
    WithoutEpochs(RunStore real, long[] newest) {
      super(real);
      this.newest = newest;
    }

    @Override
    public Epoch lead() {
      Epoch epoch = super.lead();
      newest[0] = epoch.number();
      return epoch;
    }

    @Override
    public Run record(Run run, List<RunEvent> facts, String why, Instant at, Epoch epoch) {
      return super.record(run, facts, why, at, new Epoch(newest[0]));
    }
  }

  /** Writes a record only when the next thing is asked for: after the effects of the first. */
  static final class WritingLater extends PassingStore {
    private Optional<Runnable> pending = Optional.empty();

    WritingLater(RunStore real) {
      super(real);
    }

    private void flush() {
      Optional<Runnable> due = pending;
      pending = Optional.empty();
      due.ifPresent(Runnable::run);
    }

    @Override
    public List<RunId> list() {
      flush();
      return super.list();
    }

    @Override
    public Optional<Run> load(RunId run) {
      flush();
      return super.load(run);
    }

    @Override
    public Run record(Run run, List<RunEvent> facts, String why, Instant at, Epoch epoch) {
      flush();
      pending = Optional.of(() -> super.record(run, facts, why, at, epoch));
      return run.after(new RunRecord(run.version() + 1, at, epoch.number(), why, facts));
    }
  }
}
