package org.bloomery.simulation;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.simulation.files.JobFiles;

/**
 * The commands of a SLURM that exists only in memory and in virtual time: they take the arguments
 * and print the texts of SLURM 22.05.
 */
public final class SimulatedSlurm implements CommandRunner {
  /** Whose jobs they are. */
  public static final String USER = "ada";

  private static final String NO_CONTROLLER =
      "Unable to contact slurm controller (connect failure)";
  private static final String UNKNOWN_ID = "Invalid job id specified";

  private final SlurmController controller;
  private final SlurmDatabase database;
  private final JobFiles files;

  SimulatedSlurm(SlurmController controller, SlurmDatabase database, JobFiles files) {
    this.controller = controller;
    this.database = database;
    this.files = files;
  }

  @Override
  public Result run(Command command) {
    Arguments arguments = new Arguments(command.argv().subList(1, command.argv().size()));
    return switch (command.argv().get(0)) {
      case "sbatch" -> sbatch(arguments);
      case "squeue" -> squeue(arguments);
      case "scontrol" -> scontrol(arguments);
      case "scancel" -> scancel(arguments);
      case "sacct" -> sacct(arguments);
      default -> new Result.NotStarted(command.argv().get(0) + ": there is no such program");
    };
  }

  /** A command's words. */
  private record Arguments(List<String> words) {
    Optional<String> option(String name) {
      String start = "--" + name + "=";
      return words.stream()
          .filter(word -> word.startsWith(start))
          .map(word -> word.substring(start.length()))
          .findFirst();
    }

    List<String> list(String name) {
      return option(name).map(text -> List.of(text.split(",", -1))).orElse(List.of());
    }

    List<String> plain() {
      return words.stream().filter(word -> !word.startsWith("--")).toList();
    }

    String last() {
      return words.get(words.size() - 1);
    }
  }

  private Result sbatch(Arguments arguments) {
    Optional<byte[]> script = files.bytes(arguments.last());
    if (script.isEmpty()) {
      return failed(1, "sbatch: error: Unable to open file " + arguments.last());
    }
    String refused = "sbatch: error: Batch job submission failed: ";
    if (controller.isDown()) {
      return failed(1, refused + NO_CONTROLLER);
    }
    String text = new String(script.get(), StandardCharsets.UTF_8);
    if (!controller.nodes().containsAll(arguments.list("exclude"))) {
      return failed(1, refused + "Invalid node name specified");
    }
    if (controller.isFull(USER)) {
      return failed(
          1,
          "sbatch: error: QOSMaxSubmitJobPerUserLimit\n"
              + refused
              + "Job violates accounting/QOS policy (job submit limit, user's size and/or time"
              + " limits)");
    }
    SlurmJob job =
        controller.submit(
            new SlurmJob.Request(
                USER,
                arguments
                    .option("job-name")
                    .or(() -> ScriptText.option(text, "job-name"))
                    .orElse("sbatch"),
                arguments.option("chdir").orElse("/"),
                arguments.list("dependency"),
                arguments.list("exclude"),
                text));
    return said(job.id + "\n");
  }

  private Result squeue(Arguments arguments) {
    if (controller.isDown()) {
      return failed(1, "slurm_load_jobs error: " + NO_CONTROLLER);
    }
    Optional<String> id = arguments.option("jobs");
    if (id.isPresent() && controller.find(id.get()).isEmpty()) {
      return failed(1, "slurm_load_jobs error: " + UNKNOWN_ID);
    }
    String format = arguments.option("format").orElseThrow();
    Optional<String> user = arguments.option("user");
    List<String> names = arguments.list("name");
    StringBuilder text = new StringBuilder(SlurmTables.queueTitle(format));
    for (SlurmJob job : controller.remembered()) {
      boolean asked =
          id.map(one -> one.equals(Integer.toString(job.id))).orElse(true)
              && user.map(job.request.user()::equals).orElse(true)
              && (names.isEmpty() || names.contains(job.name));
      if (asked) {
        text.append(SlurmTables.queueRow(format, job));
      }
    }
    return said(text.toString());
  }

  /** Without a list of states it hides what was never eligible; so it does not by id. */
  private Result sacct(Arguments arguments) {
    if (database.isDown()) {
      return failed(1, "sacct: error: Problem talking to the database: Connection refused");
    }
    List<String> columns = arguments.list("format");
    List<String> names = arguments.list("name");
    List<String> ids = arguments.list("jobs");
    boolean all = !arguments.list("state").isEmpty() || !ids.isEmpty();
    StringBuilder text = new StringBuilder(String.join("|", columns) + "\n");
    for (SlurmDatabase.Row row : database.rows()) {
      String name = row.stub ? "allocation" : row.job.name;
      boolean asked =
          row.known
              && (all || row.eligible)
              && (names.isEmpty() || names.contains(name))
              && (ids.isEmpty() || ids.contains(Integer.toString(row.job.id)))
              && arguments.option("user").map(row.job.request.user()::equals).orElse(true);
      if (asked) {
        text.append(SlurmTables.accountingRow(columns, row, controller.now()));
      }
    }
    return said(text.toString());
  }

  private Result scontrol(Arguments arguments) {
    List<String> words = arguments.plain();
    String id = words.get(words.get(0).equals("show") ? 2 : 1).replaceFirst("(?i)jobid=", "");
    if (controller.isDown()) {
      return failed(1, "slurm_load_jobs error: " + NO_CONTROLLER);
    }
    Optional<SlurmJob> found = controller.find(id);
    if (words.get(0).equals("show")) {
      return found
          .map(job -> said(SlurmTables.details(job)))
          .orElseGet(() -> failed(1, "slurm_load_jobs error: " + UNKNOWN_ID));
    }
    if (found.isEmpty()) {
      return failed(1, UNKNOWN_ID + " for job " + id);
    }
    if (found.get().isOver()) {
      return failed(1, "Job has already finished for job " + id);
    }
    change(found.get(), words);
    return said("");
  }

  private static void change(SlurmJob job, List<String> words) {
    switch (words.get(0)) {
      case "uhold" -> {
        job.held = true;
        job.reason = job.isPending() ? "JobHeldUser" : job.reason;
      }
      case "release" -> {
        job.held = false;
        job.reason = job.isPending() && !job.isKept() ? "None" : job.reason;
      }
      case "update" -> {
        String change = words.get(2);
        if (change.startsWith("ExcNodeList=")) {
          job.excluded = List.of(change.substring(change.indexOf('=') + 1).split(",", -1));
        }
      }
      // An exception would be taken for trouble of the moment, and be survived.
      default -> throw new AssertionError("scontrol " + words + " is not simulated");
    }
  }

  /** Of an id that it does not know, or of a job that is over, it says nothing. */
  private Result scancel(Arguments arguments) {
    String id = arguments.last();
    if (controller.isDown()) {
      return failed(8, "scancel: error: Kill job error on job id " + id + ": " + NO_CONTROLLER);
    }
    Optional<SlurmJob> meant =
        controller
            .find(id)
            .filter(job -> !job.isOver())
            .filter(job -> arguments.option("name").map(job.name::equals).orElse(true))
            .filter(job -> arguments.option("user").map(job.request.user()::equals).orElse(true));
    meant.ifPresent(
        job -> {
          if (arguments.option("signal").isPresent()) {
            job.script.ifPresent(SlurmJob.Script::warn);
          } else {
            controller.end(job, SlurmJob.State.CANCELLED);
          }
        });
    return said("");
  }

  private static Result said(String output) {
    return new Result.Finished(0, output, "", false);
  }

  private static Result failed(int exitCode, String errors) {
    return new Result.Finished(exitCode, "", errors + "\n", false);
  }
}
