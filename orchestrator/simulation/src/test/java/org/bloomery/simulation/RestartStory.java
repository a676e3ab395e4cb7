package org.bloomery.simulation;

import static org.bloomery.simulation.LoopWorld.SMALL;

import java.util.List;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.run.Request;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunHistory;

/** A training that is killed, goes on, is stopped by a person, is resumed and finishes. */
final class RestartStory extends Story {
  private static final long STOPPED_AFTER = 17;

  /**
   * What counts when all is over.
   *
   * @param attempts cause, first and last iteration of each, and what it is billed
   * @param lineage attempt and iteration of each checkpoint
   * @param manifests how many of the lineage have their manifest beside them
   */
  record Ending(
      String phase,
      List<String> attempts,
      List<String> lineage,
      long manifests,
      long posted,
      long lost,
      int jobs,
      int mostTrainings) {
    Ending withManifests(long count) {
      return new Ending(phase, attempts, lineage, count, posted, lost, jobs, mostTrainings);
    }
  }

  RestartStory(LoopWorld world) {
    super(world);
    world.cluster().plot(1, JobPlot.NORMAL.diesAfter(14, JobPlot.Death.RANK_KILLED));
  }

  /** Plays until the run is over, and says how it came out. */
  Ending ending() {
    return ending(play());
  }

  @Override
  void ask(Run run) {
    if (run.phase().word().equals("held")) {
      world().resume(SMALL);
    } else if (world().cluster().iteration(SMALL, 2) >= STOPPED_AFTER && !stopAsked()) {
      world().stop(SMALL);
    }
  }

  private boolean stopAsked() {
    return world().records(SMALL).stream()
        .flatMap(record -> record.facts().stream())
        .anyMatch(
            fact -> fact instanceof RunEvent.Requested asked && asked.kind() == Request.Kind.STOP);
  }

  private Ending ending(Run run) {
    RunHistory history = world().history(SMALL);
    return new Ending(
        run.phase().word(),
        history.attempts().stream().map(RestartStory::words).toList(),
        run.lineage().sealed().stream().map(c -> c.ref().toString()).toList(),
        run.lineage().sealed().stream().filter(c -> world().hasManifest(SMALL, c.ref())).count(),
        run.posted().value(),
        history.attempts().stream().mapToLong(attempt -> attempt.lost().value()).sum(),
        world().cluster().jobCount(),
        world().cluster().mostTrainings(SMALL));
  }

  private static String words(RunHistory.AttemptSummary attempt) {
    RunEvent.AttemptEnded end = attempt.end().orElseThrow();
    Posting posting = attempt.posting().orElseThrow();
    return "%d: %s, %d to %d, %d GPU-seconds for %s"
        .formatted(
            attempt.number(),
            end.cause().words(),
            end.firstIteration().orElse(0),
            end.lastIteration().orElse(0),
            posting.charged().value(),
            attempt.job().map(JobKey::jobId).orElse("no job"));
  }
}
