package org.bloomery.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.bloomery.controlplane.ControlPlane;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.CheckpointView;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.DescriptionView;
import org.bloomery.controlplane.api.RunView;
import org.bloomery.controlplane.config.Home;
import org.bloomery.controlplane.config.HomeException;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.controlplane.process.ProcessRunner;
import org.bloomery.core.id.RunId;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;

/**
 * The whole of Bloomery on this machine in a few minutes: trains a tiny multilingual BLOOM, kills
 * one of its ranks halfway, lets the control plane notice and resume, and shows what it cost.
 */
final class Quickstart implements Surroundings.Quickstart {
  /** Where the checkout lies; the launcher script says so. */
  static final String ROOT_PROPERTY = "bloomery.root";

  private static final RunId NAME = new RunId("bloom-nano");

  /** The interpreter that bloom-nano.yaml names, too. */
  private static final String PYTHON = "/usr/bin/python3";

  private static final Duration LOOK_INTERVAL = Duration.ofMillis(250);
  private static final Duration PREPARE_MAX = Duration.ofMinutes(30);
  private static final Duration COMPLETE_MAX = Duration.ofMinutes(5);
  private static final int PROGRESS_EVERY_ITERATIONS = 20;

  /** The kill should cost something: so many iterations after the newest sealed checkpoint. */
  private static final int LOSE_ITERATIONS_MIN = 15;

  /** The beginning of the declaration's first article in three of its languages. */
  private static final List<String> PROMPTS =
      List.of(
          "en=All human beings are born",
          "fr=Tous les êtres humains naissent",
          "sw=Watu wote wamezaliwa");

  private final ProcessRunner processes = new ProcessRunner();

  @Override
  public int run(Map<String, String> environment, Console console) {
    logToFile(environment);
    Story story = new Story(console);
    Path specs = specs();
    story.tell("Bloomery quickstart: a real training on this machine, broken and resumed.");
    try (ControlPlane plane = Serving.open(environment)) {
      Interruption interruption = Interruption.await(plane.api(), console);
      prepareData(specs, plane.home().data().resolve(NAME.value()), environment, story);
      RunId run = start(plane.api(), specs.resolve("bloom-nano.yaml"), story);
      interruption.saves(run);
      RunView end = follow(plane, run, interruption, story);
      interruption.noLongerSaves();
      if (!end.phase().equals("succeeded")) {
        story.tell("The run is " + end.phase() + ": " + end.why());
        story.tell("Look closer: ./bloomery serve, then ./bloomery explain " + run);
        return Verb.FAILED;
      }
      report(plane.api(), run, story);
      completions(plane.api().describe(run), specs, environment, story);
      story.tell("Look around: ./bloomery serve & then ./bloomery describe " + run);
      return Verb.DONE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Verb.FAILED;
    }
  }

  /** Before anything logs: the terminal is for the story. */
  private static void logToFile(Map<String, String> environment) {
    try {
      Path log = Home.locate(environment).resolve("quickstart.log");
      System.setProperty("bloomery.log", log.toString());
      System.setProperty("logback.configurationFile", "logback-quickstart.xml");
    } catch (HomeException e) {
      throw new ApiException(ApiException.Kind.UNAVAILABLE, e.getMessage());
    }
  }

  private static Path specs() {
    String root = System.getProperty(ROOT_PROPERTY);
    Path specs =
        Path.of(root == null ? "." : root).toAbsolutePath().resolve("job-specs/bloom-nano");
    if (!Files.isRegularFile(specs.resolve("bloom-nano.yaml"))) {
      throw new ApiException(
          ApiException.Kind.NOT_FOUND,
          specs + " has no bloom-nano.yaml; start quickstart by ./bloomery of a checkout");
    }
    return specs;
  }

  private void prepareData(Path specs, Path corpus, Map<String, String> environment, Story story)
      throws InterruptedException {
    story.tell("Prepares the texts: 42 natural and 13 programming languages, in " + corpus);
    CommandRunner.Result result =
        processes.run(
            python(
                environment,
                PREPARE_MAX,
                List.of(specs.resolve("prepare_data.py").toString(), corpus.toString())));
    requireGood(result, "the texts could not be prepared");
  }

  /** A new run, or the one that an earlier quickstart did not finish. */
  private static RunId start(ControlPlaneApi api, Path spec, Story story) {
    Optional<RunView> open =
        api.list().stream()
            .filter(run -> run.run().matches(NAME + "(-\\d+)?"))
            .filter(run -> !run.phase().equals("succeeded") && !run.phase().equals("cancelled"))
            .findFirst();
    String user = System.getProperty("user.name");
    if (open.isPresent()) {
      RunId run = new RunId(open.get().run());
      story.tell("Goes on with run " + run + ", which is " + open.get().phase() + ".");
      if (open.get().phase().equals("held")) {
        api.resume(run, OptionalLong.empty(), user);
      }
      return run;
    }
    try {
      String text = Files.readString(spec);
      RunView run = api.submit(text, spec.toString(), spec.getParent().toString(), true, user);
      story.tell("Submitted " + spec.getFileName() + " as run " + run.run() + ".");
      return new RunId(run.run());
    } catch (IOException e) {
      throw new ApiException(ApiException.Kind.INVALID, "cannot read " + spec + ": " + e);
    }
  }

  /** Tells every decision as it comes, and breaks the training once on the way. */
  private static RunView follow(
      ControlPlane plane, RunId run, Interruption interruption, Story story)
      throws InterruptedException {
    ControlPlaneApi api = plane.api();
    long version = 0;
    long told = 0;
    long sealed = 0;
    boolean broken = api.status(run).attempt() > 1;
    while (true) {
      interruption.parkIfUnderWay();
      if (plane.ended().isDone()) {
        throw new ApiException(
            ApiException.Kind.UNAVAILABLE, "the control plane has ended; see quickstart.log");
      }
      for (RunRecord record : api.events(run, version, 1000)) {
        version = record.version();
        story.tell(record.why() + ".");
        sealed = Math.max(sealed, newestSealed(record));
      }
      RunView now = api.status(run);
      long iteration = now.iteration().orElse(0);
      if (iteration / PROGRESS_EVERY_ITERATIONS > told / PROGRESS_EVERY_ITERATIONS) {
        story.tell(
            "iteration "
                + Words.progress(now.iteration(), now.targetIteration())
                + ", loss "
                + Words.loss(now.loss()));
        told = iteration;
      }
      boolean over = List.of("succeeded", "cancelled", "held").contains(now.phase());
      if (over && api.events(run, version, 1).isEmpty()) {
        return now;
      }
      long halfway = now.targetIteration().orElse(Long.MAX_VALUE) / 2 + LOSE_ITERATIONS_MIN;
      boolean costly = sealed > 0 && iteration >= sealed + LOSE_ITERATIONS_MIN;
      if (!broken && iteration >= halfway && costly) {
        long pid = Ranks.kill(plane.home().runs(), run, now.attempt(), 1);
        story.tell(">>> kills rank 1 (process " + pid + ") with SIGKILL at iteration " + iteration);
        broken = true;
      }
      Thread.sleep(LOOK_INTERVAL.toMillis());
    }
  }

  private static long newestSealed(RunRecord record) {
    return record.facts().stream()
        .filter(RunEvent.CheckpointSealed.class::isInstance)
        .mapToLong(fact -> ((RunEvent.CheckpointSealed) fact).checkpoint().ref().iteration())
        .max()
        .orElse(0);
  }

  private static void report(ControlPlaneApi api, RunId run, Story story) {
    DescriptionView description = api.describe(run);
    story.show("Loss", LossChart.of(api.lossCurve(run)));
    story.show("Attempts", RunTables.attempts(description.attempts()));
    story.show(
        "GPU-hours (one CPU rank counts as one GPU)", RunTables.usage(api.usage(Optional.of(run))));
  }

  private void completions(
      DescriptionView run, Path specs, Map<String, String> environment, Story story)
      throws InterruptedException {
    List<CheckpointView> sealed =
        run.checkpoints().stream().filter(CheckpointView::sealed).toList();
    String newest = sealed.get(sealed.size() - 1).directory();
    List<String> arguments = new ArrayList<>();
    arguments.addAll(
        List.of(specs.resolve("complete.py").toString(), "--checkpoint", newest, "--length", "60"));
    PROMPTS.forEach(prompt -> arguments.addAll(List.of("--prompt", prompt)));
    CommandRunner.Result result = processes.run(python(environment, COMPLETE_MAX, arguments));
    String output = requireGood(result, "the model could not complete a text");
    story.show(
        "What it learnt in " + Words.number(run.iteration()) + " iterations (prompt|completion)",
        Terminal.printableLines(output));
  }

  private static CommandRunner.Command python(
      Map<String, String> environment, Duration timeout, List<String> arguments) {
    List<String> argv = new ArrayList<>();
    argv.add(PYTHON);
    argv.addAll(arguments);
    return new CommandRunner.Command(
        argv, Optional.empty(), new TreeMap<>(environment), timeout, 64 * 1024);
  }

  private static String requireGood(CommandRunner.Result result, String trouble) {
    if (result instanceof CommandRunner.Result.Finished finished && finished.exitCode() == 0) {
      return finished.output();
    }
    String why;
    if (result instanceof CommandRunner.Result.Finished finished) {
      String errors = finished.errors().strip();
      why = errors.isEmpty() ? "exit code " + finished.exitCode() : lastLine(errors);
    } else if (result instanceof CommandRunner.Result.TimedOut late) {
      why = "no end after " + late.after().toMinutes() + " minutes";
    } else {
      why = ((CommandRunner.Result.NotStarted) result).why();
    }
    throw new ApiException(ApiException.Kind.UNAVAILABLE, trouble + ": " + why);
  }

  private static String lastLine(String text) {
    return text.substring(text.lastIndexOf('\n') + 1);
  }
}
