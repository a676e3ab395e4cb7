package org.bloomery.core.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;

/**
 * Jobs of the run that belong to no attempt: a submission that was accepted twice or late, or an
 * incarnation that somebody has put back into the queue. They never train, since their directory is
 * claimed or has no {@code go}; they are ended as soon as they are seen, and billed.
 */
final class Surplus {
  private final Situation now;
  private final List<RunEvent> facts = new ArrayList<>();
  private final List<Effect> effects = new ArrayList<>();
  private final List<String> why = new ArrayList<>();

  private Surplus(Situation now) {
    this.now = now;
  }

  static Decision of(Situation now) {
    Surplus surplus = new Surplus(now);
    for (JobView job : now.jobs()) {
      if (!now.isOwn(job) && job.state() != JobState.UNRECOGNISED) {
        surplus.take(job);
      }
    }
    return new Decision(surplus.facts, surplus.effects, String.join("; ", surplus.why));
  }

  private void take(JobView job) {
    boolean billed = now.run().isBilled(job.key());
    boolean known = now.run().surplus().contains(job.key());
    int open = now.run().surplus().size() + facts.size();
    boolean taken = known || (!billed && open < Run.SURPLUS_MAX);
    if (taken && !known) {
      facts.add(new RunEvent.SurplusSeen(job.key()));
      why.add("job " + job.key().jobId() + " is no attempt's");
    }
    if (job.mayLive()) {
      effects.add(new Effect.CancelJob(job.key(), "it is no attempt's"));
      if (known || billed) {
        why.add("ends job " + job.key().jobId() + ", which is no attempt's");
      }
    } else if (taken && job.usage().isPresent()) {
      facts.add(
          new RunEvent.UsagePosted(
              Settlement.posting(now.run(), Optional.empty(), job, now.policy())));
      why.add("bills job " + job.key().jobId() + ", which was no attempt's");
    }
  }
}
