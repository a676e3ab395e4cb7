package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bloomery.controlplane.process.CommandRunner.Command;
import org.bloomery.controlplane.process.CommandRunner.Result;
import org.bloomery.simulation.files.MemoryFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is known of a real SLURM is true of the simulated one, a test for each fact. */
class SimulatedSlurmTest {
  private static final String QUEUE = "bloomery|%i|%F|%K|%u|%T|%V|%S|%e|%l|%D|%N|%Z|%j|%r|end";
  private static final String COLUMNS =
      "JobIDRaw,JobID,State,Submit,Start,End,ElapsedRaw,AllocTRES,NodeList,ExitCode,"
          + "DerivedExitCode,Account,User,Partition,QOS,Flags,WorkDir,JobName";
  private static final String DIRECTORY = "/runs/training/attempts/0001";
  private static final String SCRIPT =
      "#!/bin/bash\n#SBATCH --nodes=2\n#SBATCH --gres=gpu:8\n#SBATCH --time=0:10:00\n";

  private final VirtualTime time = new VirtualTime(new SplittableRandom(1));
  private final MemoryFileSystem files = new MemoryFileSystem(time);
  private final SlurmDatabase database = new SlurmDatabase(time);
  private final List<FakeScript> scripts = new ArrayList<>();
  private final SlurmController controller =
      new SlurmController(
          new SlurmController.Site(
              List.of("node01", "node02", "node03", "node04"),
              Duration.ofMinutes(5),
              Duration.ofSeconds(30),
              4,
              6),
          time,
          database,
          new SplittableRandom(2),
          (job, slurm) -> {
            scripts.add(new FakeScript(job, slurm));
            return scripts.get(scripts.size() - 1);
          });
  private final SimulatedSlurm slurm = new SimulatedSlurm(controller, database, files.jobs());

  /** Lives until it is told otherwise. */
  private static final class FakeScript implements SlurmJob.Script {
    private final SlurmJob job;
    private final SlurmController slurm;
    private boolean lives = true;
    private boolean stubborn;
    private boolean warned;

    FakeScript(SlurmJob job, SlurmController slurm) {
      this.job = job;
      this.slurm = slurm;
    }

    @Override
    public void begin() {}

    @Override
    public void warn() {
      warned = true;
    }

    @Override
    public void terminate() {
      lives &= stubborn;
    }

    @Override
    public void kill() {
      lives = false;
    }

    @Override
    public boolean lives() {
      return lives;
    }

    void leave(int code) {
      lives = false;
      slurm.exited(job, code);
    }
  }

  SimulatedSlurmTest() {
    controller.setMeanWait(Duration.ofSeconds(10));
    files.jobs().createDirectories(DIRECTORY);
    files.jobs().write(DIRECTORY + "/job.sh", SCRIPT.getBytes(StandardCharsets.UTF_8));
  }

  private Result.Finished run(String... words) {
    return (Result.Finished)
        slurm.run(
            new Command(
                List.of(words), Optional.empty(), Map.of(), Duration.ofSeconds(9), 1 << 20));
  }

  private String submit(String... options) {
    List<String> words = new ArrayList<>(List.of("sbatch", "--parsable", "--job-name=training"));
    words.add("--chdir=" + DIRECTORY);
    words.addAll(List.of(options));
    words.add(DIRECTORY + "/job.sh");
    return run(words.toArray(String[]::new)).output().strip();
  }

  private String queue() {
    return run("squeue", "--all", "--user=ada", "--format=" + QUEUE).output();
  }

  private String state(String id) {
    return run("squeue", "--jobs=" + id, "--format=%T")
        .output()
        .lines()
        .skip(1)
        .findFirst()
        .orElse("");
  }

  private List<String> accounting(String... options) {
    List<String> words = new ArrayList<>(List.of("sacct", "--user=ada", "--format=" + COLUMNS));
    words.addAll(List.of(options));
    return run(words.toArray(String[]::new)).output().lines().skip(1).toList();
  }

  private void pass(Duration span) {
    time.elapse(span);
  }

  private void untilStarted(int count) {
    for (int i = 0; i < 1000 && scripts.size() < count; i++) {
      pass(Duration.ofSeconds(5));
    }
    assertThat(scripts).hasSize(count);
  }

  @Test
  void anAfteranyDependencyWaitsForTheLastProcessAndSingletonDoesNot() {
    String first = submit();
    untilStarted(1);
    scripts.get(0).stubborn = true;
    String singleton = submit("--dependency=singleton");
    String after = submit("--dependency=afterany:" + first);
    run("scancel", first);
    pass(Duration.ofSeconds(25));

    assertThat(state(first)).isEqualTo("COMPLETING");
    assertThat(state(singleton)).as("it does not see a job that completes").isEqualTo("RUNNING");
    assertThat(state(after)).isEqualTo("PENDING");
    pass(Duration.ofMinutes(3));
    assertThat(state(after)).as("the last process is gone").isEqualTo("RUNNING");
  }

  @Test
  void aDependencyOnAnUnknownIdCountsAsFulfilled() {
    submit("--dependency=afterany:999999,singleton");
    untilStarted(1);
  }

  @Test
  void singletonLetsNoTwoJobsOfOneNameRun() {
    submit("--dependency=singleton");
    untilStarted(1);
    String second = submit("--dependency=singleton");
    pass(Duration.ofMinutes(5));

    assertThat(queue()).contains("|Dependency|end");
    scripts.get(0).leave(0);
    pass(Duration.ofMinutes(3));
    assertThat(state(second)).isEqualTo("RUNNING");
  }

  @Test
  void aTimeLimitIsLookedAtEveryHalfMinuteAndIsAnnounced() {
    submit();
    untilStarted(1);
    pass(Duration.ofMinutes(10).minusSeconds(10));
    assertThat(state("1")).isEqualTo("RUNNING");
    pass(Duration.ofSeconds(40));

    assertThat(scripts.get(0).warned).isTrue();
    assertThat(queue()).contains("|TIMEOUT|");
  }

  @Test
  void aJobThatIsOverIsForgottenAfterMinJobAge() {
    submit();
    untilStarted(1);
    scripts.get(0).leave(3);
    pass(Duration.ofMinutes(4));
    assertThat(state("1")).isEqualTo("FAILED");
    pass(Duration.ofMinutes(2));

    assertThat(queue().lines()).hasSize(1);
    assertThat(accounting("--jobs=1")).singleElement().asString().contains("|FAILED|", "|3:0|");
  }

  @Test
  void accountingIsBehindAndShowsStubsFirst() {
    submit();
    assertThat(accounting("--jobs=1")).as("at once").isEmpty();
    pass(Duration.ofSeconds(2));
    assertThat(accounting("--jobs=1")).singleElement().asString().endsWith("||allocation");
    assertThat(accounting("--state=PD,R", "--name=training")).isEmpty();
    pass(Duration.ofSeconds(5));
    assertThat(accounting("--state=PD,R", "--name=training")).hasSize(1);
  }

  @Test
  void accountingThatCatchesUpHasAtOnceWhatWasUnderWay() {
    database.setLag(Duration.ofHours(2));
    submit();
    pass(Duration.ofMinutes(5));
    assertThat(accounting("--jobs=1")).isEmpty();

    database.catchUp();
    assertThat(accounting("--jobs=1")).hasSize(1);

    untilStarted(1);
    pass(Duration.ofSeconds(2));
    assertThat(accounting("--jobs=1")).singleElement().asString().contains("|RUNNING|");
  }

  /** What is not asked for by state or id is hidden if it was never eligible. */
  @Test
  void aJobThatNeverBecameEligibleIsHiddenWithoutAListOfStates() {
    String held = submit("--dependency=afterany:" + submit());
    pass(Duration.ofMinutes(1));
    run("scancel", held);
    pass(Duration.ofMinutes(1));

    assertThat(accounting("--name=training")).noneMatch(row -> row.startsWith(held + "|"));
    assertThat(accounting("--name=training", "--state=CA,R"))
        .anyMatch(row -> row.startsWith(held + "|" + held + "|CANCELLED by 1000|"));
  }

  @Test
  void aRequeueKeepsTheIdAndHasARowForEachTime() {
    submit();
    untilStarted(1);
    pass(Duration.ofMinutes(2));
    controller.requeue(controller.jobs().get(0));
    pass(Duration.ofSeconds(30));

    assertThat(accounting("--jobs=1")).hasSize(2).first().asString().contains("|REQUEUED|");
    assertThat(queue()).contains("|PENDING|").contains("|BeginTime|");
    untilStarted(2);
  }

  @Test
  void aLostNodeEndsItsJobAndFreesTheOthers() {
    submit();
    untilStarted(1);
    controller.loseNode(controller.jobs().get(0).nodes.get(0));
    pass(Duration.ofMinutes(1));

    assertThat(queue()).contains("|NODE_FAIL|").contains("|NodeDown|");
    submit();
    untilStarted(2);
    assertThat(controller.jobs().get(1).nodes)
        .doesNotContain(controller.jobs().get(0).nodes.get(0));
  }

  @Test
  void anExcludedNodeIsNotGiven() {
    submit("--exclude=node01");
    run("scontrol", "update", "JobId=1", "ExcNodeList=node01,node02");
    untilStarted(1);

    assertThat(controller.jobs().get(0).nodes).containsExactly("node03", "node04");
  }

  @Test
  void aHeldJobWaitsUntilItIsReleased() {
    submit();
    run("scontrol", "uhold", "1");
    pass(Duration.ofHours(1));
    assertThat(queue()).contains("|PENDING|").contains("|JobHeldUser|");
    run("scontrol", "release", "1");

    untilStarted(1);
  }

  @Test
  void whatEndsWhileTheControllerIsDownEndsWhenItIsBack() {
    submit();
    untilStarted(1);
    controller.setDown(true);
    scripts.get(0).leave(0);
    pass(Duration.ofMinutes(2));
    controller.setDown(false);
    pass(Duration.ofSeconds(30));

    String[] row = accounting("--jobs=1").get(0).split("\\|", -1);
    assertThat(Long.parseLong(row[6])).as("seconds charged").isGreaterThanOrEqualTo(120);
  }

  @Test
  void idsAreUsedAgain() {
    for (int i = 1; i <= 6; i++) {
      assertThat(submit()).isEqualTo(Integer.toString(i));
      run("scancel", Integer.toString(i));
    }
    pass(Duration.ofMinutes(10));
    assertThat(submit()).isEqualTo("1");
    pass(Duration.ofSeconds(10));
    assertThat(accounting("--jobs=1")).hasSize(2);
  }

  @Test
  void aJobThatTheControllerHasForgottenIsNowhere() {
    submit();
    controller.forget(controller.jobs().get(0));
    pass(Duration.ofHours(1));

    assertThat(scripts).isEmpty();
    assertThat(queue().lines()).hasSize(1);
  }

  // The same commands in the same situations say the same, but for ids, times and names.

  private static String recorded(String name) {
    try (InputStream in = SimulatedSlurmTest.class.getResourceAsStream("/slurm/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anEmptyAnswerIsTheRecordedTitle() {
    assertThat(queue())
        .isEqualTo(recorded("squeue-empty.out").lines().findFirst().orElseThrow() + "\n");
    assertThat(run("sacct", "--user=ada", "--format=" + COLUMNS).output())
        .isEqualTo(recorded("sacct-empty.out").lines().findFirst().orElseThrow() + "\n");
  }

  @ParameterizedTest
  @CsvSource({"COMPLETED, squeue-many", "RUNNING, squeue-many", "CANCELLED, squeue-cancelled"})
  void aRowOfTheQueueHasTheRecordedForm(String state, String recording) {
    submit();
    untilStarted(1);
    if (state.equals("COMPLETED")) {
      scripts.get(0).leave(0);
    } else if (state.equals("CANCELLED")) {
      run("scancel", "1");
    }
    pass(Duration.ofSeconds(40));

    assertThat(forms(queue(), state))
        .isNotEmpty()
        .isSubsetOf(forms(recorded(recording + ".out"), state));
  }

  @ParameterizedTest
  @CsvSource({"COMPLETED", "RUNNING", "CANCELLED"})
  void aRowOfTheAccountingHasTheRecordedForm(String state) {
    submit();
    if (!state.equals("CANCELLED")) {
      untilStarted(1);
    } else {
      run("scancel", "1");
    }
    if (state.equals("COMPLETED")) {
      scripts.get(0).leave(0);
    }
    pass(Duration.ofSeconds(40));
    String said = run("sacct", "--user=ada", "--jobs=1", "--format=" + COLUMNS).output();
    List<String> real = new ArrayList<>(forms(recorded("sacct-many.out"), state));
    real.addAll(forms(recorded("sacct-running.out"), state));

    assertThat(forms(said, state)).isNotEmpty().isSubsetOf(real);
  }

  /** The rows of a state, each field by what kind of thing it is. */
  private static List<String> forms(String text, String state) {
    return text.lines()
        .filter(line -> line.contains("|" + state))
        .map(
            line ->
                line.replaceAll("(six|bloom)@[a-z0-9]+\\|ada\\|[a-z0-9_]+\\|[a-z0-9_-]+", "WHO")
                    .replaceAll("/[a-z0-9/]+", "PATH")
                    .replaceAll("node(\\[[0-9,-]+\\]|[0-9]+)", "NODES")
                    .replaceAll("[a-z]+=[^|]*node=[0-9]+", "TRES")
                    .replaceAll("\\|[a-z]+(-[0-9a-f]{6})?(\\||$)", "|NAME$2")
                    .replaceAll("Sched(Main|Backfill),", "")
                    .replaceAll("[0-9]+", "N"))
        .toList();
  }

  @Test
  void refusalsHaveTheRecordedWords() {
    assertThat(run("squeue", "--jobs=999999", "--format=%i").errors())
        .isEqualTo(recorded("squeue-unknown-id.err"));
    assertThat(run("scontrol", "--oneliner", "show", "job", "999999").errors())
        .isEqualTo(recorded("scontrol-unknown-id.err"));
    assertThat(run("scontrol", "update", "jobid=999999", "timelimit=5").errors())
        .isEqualTo(recorded("scontrol-update-unknown-id.err"));
    assertThat(run("scancel", "999999").output()).isEqualTo(recorded("scancel-unknown-id.out"));
    assertThat(run("sbatch", "--parsable", "/scratch/none.sh").errors())
        .isEqualTo(recorded("sbatch-no-script.err"));
    assertThat(run("sbatch", "--exclude=node99", DIRECTORY + "/job.sh").errors())
        .isEqualTo(recorded("sbatch-unknown-node.err"));
    for (int i = 0; i < 4; i++) {
      submit();
    }
    assertThat(run("sbatch", DIRECTORY + "/job.sh").errors())
        .isEqualTo(recorded("sbatch-over-submit-limit.err"));
    assertThat(run("scontrol", "update", "jobid=1", "timelimit=5").exitCode()).isZero();
  }

  @Test
  void aControllerThatIsDownSaysSoInTheRecordedWords() {
    controller.setDown(true);

    assertThat(run("squeue", "--format=%i").errors())
        .isEqualTo(recorded("squeue-no-controller.err"));
    assertThat(run("sbatch", DIRECTORY + "/job.sh").errors())
        .isEqualTo(recorded("sbatch-no-controller.err"));
    assertThat(run("scancel", "1").errors()).isEqualTo(recorded("scancel-no-controller.err"));
    assertThat(run("scancel", "1").exitCode()).isEqualTo(8);
    assertThat(run("scontrol", "--oneliner", "show", "job", "1").errors())
        .isEqualTo(recorded("scontrol-no-controller.err"));
    database.setDown(true);
    assertThat(run("sacct", "--format=JobID").errors())
        .isEqualTo(
            recorded("sacct-no-daemon.err").lines().skip(2).findFirst().orElseThrow() + "\n");
  }
}
