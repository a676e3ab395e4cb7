package org.bloomery.controlplane.loop;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.core.id.RunId;
import org.bloomery.core.id.Sha256;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Request;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunPolicy;
import org.bloomery.core.run.SpecRef;
import org.bloomery.core.spec.Bound;
import org.bloomery.core.spec.RunSpec;

/**
 * What people ask for: a durable fact at once, under the epoch of whoever leads, here or elsewhere;
 * its effects are the leader's. So it depends neither on where somebody asks nor on how long the
 * leader's loop looks at its clusters.
 */
final class RunRequests {
  /** The leader records a run at most a few times in a row; more is trouble to be told. */
  private static final int TRIES_MAX = 20;

  /** Runs of one name: bloom-nano, bloom-nano-2, .. */
  private static final int SAME_NAME_MAX = 1000;

  private final RunStore store;
  private final ClusterLoops loops;
  private final RunContexts contexts;
  private final InstantSource time;

  RunRequests(ClusterLoops.Shared shared, ClusterLoops loops) {
    this.store = shared.store();
    this.loops = loops;
    this.contexts = shared.contexts();
    this.time = shared.time();
  }

  /** Something that is recorded under the epoch of whoever leads. */
  interface Change<R> {
    R record(RunStore.Epoch epoch, Instant now);
  }

  /** A spec as somebody hands it in. */
  record Submission(String text, String file, String directory, boolean again, String by) {}

  Run submit(Submission submission) {
    Bound<RunSpec> bound =
        contexts.bind(submission.file(), submission.text(), submission.directory());
    if (!(bound instanceof Bound.Value<RunSpec> good)) {
      throw new ApiException(
          ApiException.Kind.INVALID,
          submission.file()
              + " has "
              + count(bound.problemList().size())
              + "; nothing was submitted",
          bound.problemList());
    }
    RunSpec spec = good.value();
    RunPolicy policy = contexts.policy(spec);
    if (policy.reservation().compareTo(policy.budget()) > 0) {
      throw refused(
          String.format(
              java.util.Locale.ROOT,
              "one attempt may use %.2f GPU-hours, the budget is %.2f:"
                  + " raise spec.budget.gpuHours or lower spec.resources.timeLimit",
              policy.reservation().hours(),
              policy.budget().hours()));
    }
    SpecRef ref =
        new SpecRef(Sha256.of(submission.text()), submission.file(), submission.directory());
    if (loops.of(spec.cluster()).isEmpty()) {
      throw refused("nothing here can reach the cluster " + spec.cluster() + " yet");
    }
    return record(
        (epoch, now) -> {
          RunId name = freeName(spec.name(), submission.again());
          loops.accounts().purses(contexts.payer(spec), now).stream()
              .flatMap(purse -> purse.refusal(policy.reservation()).stream())
              .findFirst()
              .ifPresent(
                  why -> {
                    throw refused(why);
                  });
          return store.create(
              new RunEvent.RunSubmitted(name, ref, spec.account(), submission.by()),
              submission.text(),
              "submitted by " + submission.by(),
              now,
              epoch);
        });
  }

  private RunId freeName(RunId wanted, boolean again) {
    Optional<Run> existing = store.load(wanted);
    if (existing.isEmpty()) {
      return wanted;
    }
    requireFinished(existing.get());
    if (!again) {
      throw refused(
          "run " + wanted + " is over; submit it with --again to run it under the next free name");
    }
    for (int number = 2; number <= SAME_NAME_MAX; number++) {
      String name = wanted + "-" + number;
      if (!RunId.isValid(name)) {
        throw refused(name + " would be too long for a run's name: choose a shorter one");
      }
      existing = store.load(new RunId(name));
      if (existing.isEmpty()) {
        return new RunId(name);
      }
      requireFinished(existing.get());
    }
    throw refused(
        "there are " + SAME_NAME_MAX + " runs named " + wanted + "-N: choose another name");
  }

  private static void requireFinished(Run run) {
    if (!run.isFinished()) {
      throw refused(
          "run "
              + run.id()
              + " exists and is "
              + run.phase().word()
              + ": cancel it first, resume it, or choose another name");
    }
  }

  Run request(RunId id, Request.Kind kind, String by) {
    return record(
        (epoch, now) -> {
          Run run = load(id);
          if (run.isFinished()) {
            throw refused("run " + id + " is over (" + run.phase().word() + ")");
          }
          if (Wishes.isGranted(run, kind)) {
            return run;
          }
          Wishes.obstacle(run, kind)
              .ifPresent(
                  why -> {
                    throw refused("run " + id + " " + why);
                  });
          RunEvent fact = new RunEvent.Requested(kind, by);
          return store.record(
              run, List.of(fact), by + " asked to " + Wishes.words(kind), now, epoch);
        });
  }

  Run resume(RunId id, OptionalLong from, String by) {
    return record(
        (epoch, now) -> {
          Run run = load(id);
          if (!(run.phase() instanceof Phase.Held)) {
            throw refused(
                "run " + id + " is " + run.phase().word() + "; only a held run can be resumed");
          }
          if (from.isPresent() && !run.lineage().containsIteration(from.getAsLong())) {
            throw new ApiException(
                ApiException.Kind.NOT_FOUND,
                "run "
                    + id
                    + " has no sealed checkpoint of iteration "
                    + from.getAsLong()
                    + "; it has "
                    + iterations(run));
          }
          String why =
              by + " resumed it" + (from.isPresent() ? " from iteration " + from.getAsLong() : "");
          return store.record(run, List.of(new RunEvent.Resumed(by, from)), why, now, epoch);
        });
  }

  private static String iterations(Run run) {
    String list =
        run.lineage().sealed().stream()
            .map(checkpoint -> Long.toString(checkpoint.ref().iteration()))
            .collect(Collectors.joining(", "));
    return list.isEmpty() ? "none" : list;
  }

  private Run load(RunId id) {
    return store.load(id).orElseThrow(() -> RunViews.noSuchRun(id));
  }

  /**
   * Records what somebody wants, once more where somebody else has written in between, and wakes
   * whoever acts on it here; a leader elsewhere is woken by the store.
   */
  <R> R record(Change<R> change) {
    for (int tries = 1; ; tries++) {
      try {
        R recorded = change.record(leader(), time.instant());
        loops.wake();
        return recorded;
      } catch (RunStore.ConflictException | RunStore.FencedException e) {
        if (tries == TRIES_MAX) {
          throw unavailable(e.getMessage() + "; ask again");
        }
      } catch (RunStore.StoreException e) {
        throw unavailable(e.getMessage());
      }
    }
  }

  private RunStore.Epoch leader() {
    RunStore.Epoch epoch = store.leader().epoch();
    if (epoch.number() == 0) {
      throw unavailable("no control plane has led yet; ask again in a moment");
    }
    return epoch;
  }

  static ApiException refused(String message) {
    return new ApiException(ApiException.Kind.REFUSED, message);
  }

  static ApiException unavailable(String message) {
    return new ApiException(ApiException.Kind.UNAVAILABLE, message);
  }

  private static String count(int problems) {
    return problems == 1 ? "1 problem" : problems + " problems";
  }
}
