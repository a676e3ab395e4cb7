package org.bloomery.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bloomery.core.budget.Budget;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.id.Sha256;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.LedgerMonth;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.port.LedgerStore;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Outcome;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.SpecRef;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.core.spec.Allocation;

/** Fills a store with runs as a busy site has them: some that live, many that ended long ago. */
final class FullStore {
  static final String CLUSTER = "local";

  /** Writers side by side: ZooKeeper syncs its disk once for all that wait. */
  private static final int WRITERS = 48;

  /** What is submitted waits for a leader; there is a limit to that. */
  private static final int ANSWERED_AT_ONCE = 1000;

  /** Two years, most of whose months are closed. */
  private static final int MONTHS = 24;

  private static final int MONTHS_OPEN = 2;
  private static final int LINES_AT_ONCE = 20_000;

  private static final String BODY = Sha256.of("body");
  private static final String USER = "ada";

  private final RunStore store;
  private final RunStore.Epoch epoch;
  private final Path home;
  private final Path specs;
  private final String spec;
  private final Instant now;

  FullStore(RunStore store, Path home, Path specs, Instant now) throws IOException {
    this.store = store;
    this.epoch = store.lead();
    this.home = home;
    this.specs = specs;
    this.spec = Files.readString(specs.resolve("bloom-nano.yaml"));
    this.now = now;
  }

  RunStore.Epoch epoch() {
    return epoch;
  }

  static RunId live(int number) {
    return new RunId("live-" + number);
  }

  private static RunId ended(int number) {
    return new RunId("ended-" + number);
  }

  static JobKey job(RunId run, Instant at) {
    return new JobKey(CLUSTER, "job-" + run, at.getEpochSecond());
  }

  /** Makes the runs, and returns once the last one is durable. */
  void fill(int live, int ended) throws Exception {
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Future<Void>> open = new ArrayList<>();
      for (int i = 0; i < live; i++) {
        RunId run = live(i);
        open.add(writers.submit(() -> makeLive(run)));
      }
      for (int i = 0; i < ended; i++) {
        RunId run = ended(i);
        open.add(writers.submit(() -> makeEnded(run)));
      }
      for (int i = 0; i < open.size(); i++) {
        open.get(i).get();
        if (i % ANSWERED_AT_ONCE == 0) {
          store.answered(store.asked(), epoch);
        }
      }
      store.answered(store.asked(), epoch);
    } finally {
      writers.shutdownNow();
    }
  }

  /**
   * Bills this many jobs, those of the ended runs among them, and grants their account some more.
   */
  void bill(LedgerStore ledger, int ended, int postings, Allocation grant) {
    ledger.recordBudget(Budget.of(grant), epoch);
    List<LedgerEntry> lines = new ArrayList<>();
    for (int i = 0; i < postings; i++) {
      lines.add(i < ended ? LedgerEntry.of(posting(ended(i)), "quickstart", "") : job(i));
      if (lines.size() == LINES_AT_ONCE || i + 1 == postings) {
        ledger.append(lines, epoch);
        lines.clear();
      }
    }
    List<LedgerMonth> open = ledger.openMonths();
    for (LedgerMonth month : open.subList(0, Math.max(0, open.size() - MONTHS_OPEN))) {
      ledger.close(month, epoch);
    }
  }

  /** Somebody's job, in one of the months, each after the other. */
  private LedgerEntry job(int number) {
    long end = now.getEpochSecond() - (number % (MONTHS * 30)) * 86_400L - number % 80_000;
    return new LedgerEntry(
        new JobKey(CLUSTER, Integer.toString(number), end - 7200),
        CLUSTER,
        "user" + number % 200,
        "",
        Optional.empty(),
        0,
        "job" + number % 500,
        "",
        "node" + number % 52,
        end - 3600,
        end,
        3600,
        3600,
        "COMPLETED",
        Posting.Source.ACCOUNTING,
        true);
  }

  private Void makeLive(RunId id) throws IOException {
    Run run = start(submit(id, now), now);
    seal(run, now);
    Path directory = Path.of(AttemptDirectory.of(home.resolve("runs").toString(), id, 1));
    Files.createDirectories(directory);
    Files.createFile(directory.resolve(AttemptFiles.GO));
    Files.writeString(directory.resolve(AttemptFiles.LOG), "a line that says nothing\n");
    Files.createDirectories(
        Path.of(AttemptDirectory.of(home.resolve("checkpoints").toString(), id, 1)));
    return null;
  }

  private Void makeEnded(RunId id) {
    Posting posting = posting(id);
    Instant then = posting.start();
    Run run = seal(start(submit(id, then), then), then);
    run = record(run, posting.end(), new RunEvent.JobEnded("no process of it lives"));
    run =
        record(
            run,
            posting.end(),
            new RunEvent.AttemptEnded(
                1,
                EndCause.COMPLETED,
                List.of("the trainer said so"),
                List.of(),
                OptionalLong.of(1),
                OptionalLong.of(320),
                320,
                3500,
                Optional.empty()),
            new RunEvent.UsagePosted(posting));
    record(run, posting.end(), new RunEvent.RunFinished(Outcome.SUCCEEDED));
    return null;
  }

  /** What an ended run has used, a month ago. */
  private Posting posting(RunId id) {
    Instant then = now.minus(Duration.ofDays(30));
    return new Posting(
        job(id, then),
        id,
        Optional.of(1),
        CLUSTER,
        USER,
        then,
        then.plus(Duration.ofHours(1)),
        List.of("node1"),
        new GpuSeconds(7200),
        new GpuSeconds(7200),
        Posting.Source.EXIT_RECORD,
        true);
  }

  /** Each has a spec of its own, since each has a name of its own. */
  private Run submit(RunId id, Instant at) {
    String text = spec.replace("name: bloom-nano", "name: " + id);
    SpecRef ref = new SpecRef(Sha256.of(text), "run.yaml", specs.toString());
    RunEvent.RunSubmitted submitted = new RunEvent.RunSubmitted(id, ref, CLUSTER, USER);
    return store.create(submitted, text, "submitted by " + USER, at, epoch);
  }

  private Run start(Run run, Instant at) {
    Run planned =
        record(
            run,
            at,
            new RunEvent.AttemptPlanned(
                1, BODY, Optional.empty(), Optional.empty(), new GpuSeconds(9000), List.of()),
            new RunEvent.SubmissionTried(1));
    return record(
        planned,
        at,
        new RunEvent.JobAccepted(job(run.id(), at)),
        new RunEvent.JobStarted(at, List.of("node1")));
  }

  private Run seal(Run run, Instant at) {
    String digest = Sha256.of(run.id().value());
    CheckpointRef ref = new CheckpointRef(1, 160);
    return record(
        run,
        at,
        new RunEvent.CheckpointSealed(new SealedCheckpoint(ref, digest, 20_000_000, 40, at)));
  }

  private Run record(Run run, Instant at, RunEvent... facts) {
    return store.record(run, List.of(facts), "a sentence as long as they usually are", at, epoch);
  }
}
