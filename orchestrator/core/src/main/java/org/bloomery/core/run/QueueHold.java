package org.bloomery.core.run;

import java.util.Optional;
import java.util.stream.Stream;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;

/** Keeps a queued job in the queue while a person holds the run, and lets it go afterwards. */
final class QueueHold {
  private QueueHold() {}

  static Decision of(Run run, JobView queued) {
    boolean released = run.asked(Request.Kind.RELEASE).isPresent();
    boolean held = run.phase() instanceof Phase.Held phase && phase.reason() == HoldReason.HELD;
    boolean keeps = run.asked(Request.Kind.HOLD).isPresent() || (held && !released);
    if (keeps) {
      String why = "keeps job " + queued.key().jobId() + " in the queue, as asked";
      return queued.held()
          ? Decision.wait(why)
          : Decision.effect(new Effect.HoldJob(queued.key()), why);
    }
    if (!queued.held()) {
      return Decision.NOTHING;
    }
    String job = "job " + queued.key().jobId();
    return released
        ? Decision.effect(new Effect.ReleaseJob(queued.key()), "lets " + job + " go")
        // Its owner may have other reasons than ours, or a leader that was overtaken was late.
        : Decision.wait(
            job + " is held in the queue; bloomery release " + run.id() + " lets it go");
  }

  /**
   * A release is done once all jobs of the run are shown, none of them held, by an answer that is
   * younger than the wish: an older one may not show a hold that was set meanwhile.
   */
  static Decision released(Situation now) {
    Optional<Request> asked = now.run().asked(Request.Kind.RELEASE);
    if (asked.isEmpty() || now.run().phase() instanceof Phase.Held) {
      return Decision.NOTHING;
    }
    boolean fresh =
        now.seen().jobs() instanceof Observation.Known known
            && known.asOf().isAfter(asked.get().at());
    boolean held = now.jobs().stream().anyMatch(JobView::held);
    return fresh && !held && areShown(now)
        ? Decision.fact(new RunEvent.RequestMet(), "goes on, as asked")
        : Decision.NOTHING;
  }

  private static boolean areShown(Situation now) {
    boolean queued = now.run().phase() instanceof Phase.Pending;
    Optional<JobKey> current = now.run().attempt().filter(a -> queued).flatMap(Attempt::job);
    Optional<JobKey> next = now.run().successor().filter(Successor::isOpen).flatMap(Successor::job);
    return Stream.of(current, next).allMatch(job -> job.isEmpty() || now.job(job).isPresent());
  }
}
