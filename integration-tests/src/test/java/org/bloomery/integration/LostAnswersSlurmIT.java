package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.bloomery.controlplane.api.RunView;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.controlplane.process.ProcessRunner;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;
import org.bloomery.core.spec.SiteTimings;
import org.bloomery.simulation.Lie;
import org.bloomery.simulation.LyingSlurm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Goal: whatever becomes of SLURM's answers, each of its jobs is known to belong to one attempt, or
 * is ended as surplus; no two jobs of a run train at once; all are billed. Method: a real cluster
 * behind a liar, and at the end the cluster's own accounting and the claims on disk, read apart
 * from our own code.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class LostAnswersSlurmIT {
  private static final int RUNS = 50;

  /** The draws of the liar; with another number it is another story. */
  private static final long SEED = 176;

  private static final int LOOKS_MIN = 1000;
  private static final int SUBMITS_MIN = 200;
  private static final Duration SURPLUS_MAX = Duration.ofSeconds(60);

  /** What a query or a submission meets, three times in ten. */
  private static final Map<Lie, Double> HABITS =
      Map.of(
          Lie.LOST_ON_THE_WAY, .04,
          Lie.ANSWER_LOST, .08,
          Lie.TIMED_OUT_UNDONE, .04,
          Lie.TIMED_OUT_DONE, .06,
          Lie.TIMED_OUT_DONE_LATER, .10,
          Lie.WITHOUT_ID, .05,
          Lie.DONE_TWICE, .05,
          Lie.STALE, .13);

  private static final Duration QUIET = Duration.ofSeconds(15);

  /** Every delay ends before a submission counts as not arrived. */
  private static final Duration LATER_MAX = Duration.ofSeconds(8);

  /** Looks follow each other as fast as a site would never allow. */
  private static final SiteTimings IMPATIENT =
      new SiteTimings(
          Duration.ofMillis(100),
          Duration.ofMillis(100),
          Duration.ofMillis(100),
          QUIET,
          Duration.ofSeconds(60),
          Duration.ofSeconds(5),
          Duration.ofSeconds(2),
          Duration.ofMinutes(5),
          20,
          Duration.ofMinutes(5));

  private SlurmContainer cluster;

  @BeforeEach
  void start() throws Exception {
    cluster = SlurmContainer.start(SlurmSettings.ofNodes(3));
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  /** The answers of every fifth submission are lost, after the job was taken. */
  private static final class EveryFifthLost implements CommandRunner {
    private final CommandRunner truth;
    private final AtomicInteger submits = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();

    EveryFifthLost(CommandRunner truth) {
      this.truth = truth;
    }

    @Override
    public Result run(Command command) throws InterruptedException {
      Result result = truth.run(command);
      if (!command.argv().get(0).equals("sbatch") || submits.incrementAndGet() % 5 != 0) {
        return result;
      }
      lost.incrementAndGet();
      return new Result.TimedOut(command.timeout(), "", "");
    }
  }

  @Test
  void everyFifthAnswerOfSbatchIsLost() throws Exception {
    EveryFifthLost loser = new EveryFifthLost(new ProcessRunner());
    CountedCommands commands = new CountedCommands(loser);
    try (SlurmControlPlane plane = lead(commands)) {
      submitRuns(plane, SlurmControlPlane.resource("tiny.yaml").replace("\"2\"", "\"8\""));
      await(plane, "all runs complete", () -> plane.api().list().stream().allMatch(this::isOver));

      Story story = new Story(plane, AccountedJob.all(cluster));
      story.check();

      assertThat(commands.of("sbatch")).isEqualTo(RUNS);
      assertThat(loser.lost.get()).isEqualTo(RUNS / 5);
      assertThat(story.jobs).hasSize(RUNS);
      print("every-fifth", "submits", commands.of("sbatch"));
      print("every-fifth", "lost-answers", loser.lost.get());
      story.print("every-fifth");
    }
  }

  @Test
  void threeInTenAnswersAreLostDelayedOrStale() throws Exception {
    LyingSlurm liar =
        new LyingSlurm(
            new ProcessRunner(),
            InstantSource.system(),
            new SplittableRandom(SEED),
            new EnumMap<>(HABITS),
            LATER_MAX);
    CountedCommands commands = new CountedCommands(liar);
    try (SlurmControlPlane plane = lead(commands)) {
      // Jobs that run for a while: there is to be something to see in most of the looks.
      cluster.setStepTime(Duration.ofSeconds(8));
      submitRuns(plane, SlurmControlPlane.resource("tiny.yaml"));
      await(
          plane,
          "all runs complete after many looks",
          () ->
              plane.api().list().stream().allMatch(this::isOver)
                  && commands.of("squeue") >= LOOKS_MIN);
      Map<Lie, Integer> told = liar.told();
      int asked = commands.counts().values().stream().mapToInt(Integer::intValue).sum();
      liar.beHonest();
      await(plane, "no open bill", () -> plane.store().list().stream().allMatch(settled(plane)));

      Story story = new Story(plane, AccountedJob.all(cluster));
      story.check();

      assertThat(commands.of("sbatch")).isGreaterThanOrEqualTo(SUBMITS_MIN);
      assertThat(told).containsOnlyKeys(HABITS.keySet());
      print("three-in-ten", "seed", SEED);
      print("three-in-ten", "submits", commands.of("sbatch"));
      print("three-in-ten", "observations", commands.of("squeue"));
      print("three-in-ten", "commands", asked);
      print("three-in-ten", "lies", told.values().stream().mapToInt(Integer::intValue).sum());
      told.forEach((lie, times) -> print("three-in-ten", lie.toString().replace(' ', '-'), times));
      story.print("three-in-ten");
    }
  }

  private SlurmControlPlane lead(CommandRunner commands) throws Exception {
    return new SlurmControlPlane(cluster.directory().resolve("home"), cluster, commands, IMPATIENT)
        .start();
  }

  /** Every second run has its next job queued behind the one that runs. */
  private static void submitRuns(SlurmControlPlane plane, String spec) {
    for (int number = 1; number <= RUNS; number++) {
      plane
          .api()
          .submit(
              spec.replace("name: tiny,", "name: tiny-" + number + ",")
                  .replace("restart: {", "restart: {prepareSuccessor: " + (number % 2 == 0) + ", "),
              "tiny.yaml",
              "/specs",
              false,
              "ada");
    }
  }

  private boolean isOver(RunView run) {
    return List.of("succeeded", "held", "cancelled").contains(run.phase());
  }

  private static Predicate<RunId> settled(SlurmControlPlane plane) {
    return id -> plane.store().load(id).filter(run -> !run.hasOpenBills()).isPresent();
  }

  private static void await(SlurmControlPlane plane, String what, BooleanSupplier reached)
      throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(12);
    while (!reached.getAsBoolean()) {
      assertThat(System.nanoTime())
          .as("waiting for %s: %s", what, plane.api().list())
          .isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(500);
    }
  }

  private static void print(String test, String name, long value) {
    System.out.printf("lost-answers %s %s %d%n", test, name, value);
  }

  /** What the control plane has recorded, and what the cluster knows; the second is the truth. */
  private static final class Story {
    private final List<AccountedJob> jobs;
    private final Map<String, List<RunRecord>> records = new TreeMap<>();
    private final Map<String, Long> seenSurplus = new HashMap<>();
    private final Map<String, Posting> bills = new HashMap<>();
    private final Set<String> accepted = new HashSet<>();
    private int posted;
    private long longestSurplus;

    Story(SlurmControlPlane plane, List<AccountedJob> jobs) {
      this.jobs = jobs;
      assertThat(plane.api().list()).allMatch(run -> run.phase().equals("succeeded"));
      for (RunId id : plane.store().list()) {
        records.put(id.value(), plane.store().history(id));
      }
      records.values().forEach(this::read);
    }

    private void read(List<RunRecord> history) {
      for (RunRecord record : history) {
        for (RunEvent fact : record.facts()) {
          if (fact instanceof RunEvent.JobAccepted job) {
            accepted.add(job.job().jobId());
          } else if (fact instanceof RunEvent.SuccessorAccepted job) {
            accepted.add(job.job().jobId());
          } else if (fact instanceof RunEvent.SurplusSeen job) {
            seenSurplus.put(job.job().jobId(), record.at().getEpochSecond());
          } else if (fact instanceof RunEvent.UsagePosted bill) {
            posted++;
            bills.put(bill.posting().job().jobId(), bill.posting());
          }
        }
      }
    }

    void check() {
      checkOwners();
      checkOneAtATime();
      checkBills();
      checkSurplus();
      records.values().forEach(this::checkEnds);
    }

    /** Every job is an attempt's or surplus, and only an attempt's job has ever claimed. */
    private void checkOwners() {
      Set<String> known = new HashSet<>(accepted);
      known.addAll(seenSurplus.keySet());
      assertThat(known)
          .as("jobs that somebody knows of")
          .isEqualTo(jobs.stream().map(AccountedJob::id).collect(Collectors.toSet()));
      assertThat(seenSurplus.keySet()).as("no attempt's").noneMatch(accepted::contains);
      assertThat(jobs.stream().filter(AccountedJob::hasClaimed)).allMatch(this::isAttempts);
    }

    private boolean isAttempts(AccountedJob job) {
      return accepted.contains(job.id());
    }

    private void checkOneAtATime() {
      jobs.stream()
          .filter(AccountedJob::hasClaimed)
          .collect(Collectors.groupingBy(AccountedJob::run))
          .forEach(
              (run, ofRun) -> {
                List<AccountedJob> sorted = new ArrayList<>(ofRun);
                sorted.sort(Comparator.comparingLong(job -> job.start().orElseThrow()));
                for (int i = 1; i < sorted.size(); i++) {
                  assertThat(sorted.get(i).start().orElseThrow())
                      .as("%s after %s", sorted.get(i), sorted.get(i - 1))
                      .isGreaterThanOrEqualTo(sorted.get(i - 1).end());
                }
              });
    }

    private void checkBills() {
      assertThat(posted).as("bills").isEqualTo(jobs.size()).isEqualTo(bills.size());
      for (AccountedJob job : jobs) {
        Posting bill = bills.get(job.id());
        assertThat(bill.allocated().value())
            .as("the bill of %s", job)
            .isEqualTo(job.elapsed() * job.devices());
        assertThat(bill.attempt().isPresent()).as("%s", job).isEqualTo(isAttempts(job));
      }
    }

    private void checkSurplus() {
      for (AccountedJob job : jobs) {
        if (!isAttempts(job)) {
          long lived = job.end() - seenSurplus.get(job.id());
          longestSurplus = Math.max(longestSurplus, lived);
          assertThat(lived).as("surplus %s", job).isLessThanOrEqualTo(SURPLUS_MAX.toSeconds());
        }
      }
    }

    /** Nothing was said to be over that was not. */
    private void checkEnds(List<RunRecord> history) {
      String current = "";
      String next = "";
      for (RunRecord record : history) {
        for (RunEvent fact : record.facts()) {
          if (fact instanceof RunEvent.JobAccepted job) {
            current = job.job().jobId();
          } else if (fact instanceof RunEvent.SuccessorAccepted job) {
            next = job.job().jobId();
          } else if (fact instanceof RunEvent.SuccessorBound) {
            current = next;
          } else if (fact instanceof RunEvent.JobEnded) {
            AccountedJob job = job(current);
            assertThat(record.at().getEpochSecond())
                .as("%s: %s", job, record.why())
                .isGreaterThanOrEqualTo(job.end());
          }
        }
      }
    }

    private AccountedJob job(String id) {
      return jobs.stream().filter(job -> job.id().equals(id)).findFirst().orElseThrow();
    }

    void print(String test) {
      int surplus = jobs.size() - accepted.size();
      long fenced =
          jobs.stream().filter(job -> job.start().isPresent() && !job.hasClaimed()).count();
      LostAnswersSlurmIT.print(test, "runs", records.size());
      LostAnswersSlurmIT.print(test, "jobs", jobs.size());
      LostAnswersSlurmIT.print(test, "attempts", accepted.size());
      LostAnswersSlurmIT.print(test, "surplus-jobs", surplus);
      LostAnswersSlurmIT.print(test, "surplus-jobs-that-started-and-were-fenced", fenced);
      LostAnswersSlurmIT.print(test, "surplus-seconds-longest", longestSurplus);
      LostAnswersSlurmIT.print(test, "billed-jobs", bills.size());
      LostAnswersSlurmIT.print(test, "orphans", jobs.size() - bills.size());
    }
  }
}
