package org.bloomery.controlplane.loop;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

/** What people ask for, carried out by the loop's thread: a durable fact first, effects later. */
final class RunRequests {
  /** A loop that is busy for longer than this is in trouble that the person should hear of. */
  private static final long ANSWER_SECONDS_MAX = 60;

  /** Runs of one name: bloom-nano, bloom-nano-2, .. */
  private static final int SAME_NAME_MAX = 1000;

  private final RunStore store;
  private final ClusterLoops loops;
  private final RunContexts contexts;

  RunRequests(RunStore store, ClusterLoops loops, RunContexts contexts) {
    this.store = store;
    this.loops = loops;
    this.contexts = contexts;
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
    ControlLoop loop =
        loops
            .of(spec.cluster())
            .orElseThrow(
                () -> refused("nothing here can reach the cluster " + spec.cluster() + " yet"));
    return ask(
        loop,
        (store, epoch, now) -> {
          RunId name = freeName(store, spec.name(), submission.again());
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

  private static RunId freeName(RunStore store, RunId wanted, boolean again) {
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
    return ask(
        loopOf(id),
        (store, epoch, now) -> {
          Run run = load(store, id);
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

  private ControlLoop loopOf(RunId id) {
    return loops.of(load(store, id));
  }

  Run resume(RunId id, OptionalLong from, String by) {
    return ask(
        loopOf(id),
        (store, epoch, now) -> {
          Run run = load(store, id);
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

  private static Run load(RunStore store, RunId id) {
    return store.load(id).orElseThrow(() -> RunViews.noSuchRun(id));
  }

  /** Lets a loop carry out a request, and waits until its facts are durable. */
  <R> R ask(ControlLoop loop, ControlLoop.Request<R> request) {
    try {
      return loop.ask(request).get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ApiException answer) {
        throw answer;
      }
      throw unavailable(String.valueOf(e.getCause().getMessage()));
    } catch (TimeoutException e) {
      throw unavailable("the control loop is busy; the request may still be carried out");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable("interrupted; the request may still be carried out");
    }
  }

  static ApiException refused(String message) {
    return new ApiException(ApiException.Kind.REFUSED, message);
  }

  private static ApiException unavailable(String message) {
    return new ApiException(ApiException.Kind.UNAVAILABLE, message);
  }

  private static String count(int problems) {
    return problems == 1 ? "1 problem" : problems + " problems";
  }
}
