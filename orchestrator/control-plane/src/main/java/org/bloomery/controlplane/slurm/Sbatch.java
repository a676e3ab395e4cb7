package org.bloomery.controlplane.slurm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.bloomery.core.port.ResourceManager.Submission;
import org.bloomery.core.script.AttemptFiles;

/** The submission of a job, and what is known after it. */
final class Sbatch {
  /** With {@code --parsable}: the id, and on several clusters their name; else a sentence. */
  private static final Pattern JOB_ID =
      Pattern.compile(
          "(?m)^(?:Submitted batch job )?([0-9]{1,10})(?:;\\S+| on cluster \\S+)?(?=\\n)");

  /** A bad option or script, found before the controller was asked (exit code -1 in its source). */
  private static final int NOT_EVEN_ASKED = 255;

  private Sbatch() {}

  /**
   * The arguments that must not depend on the script's own header.
   *
   * <p>A comma means <em>and</em>: singleton alone lets a job start while the last one's processes
   * are still leaving ({@code COMPLETING}). Only we make attempts, so SLURM must not requeue.
   */
  static List<String> arguments(JobRequest request) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--parsable",
                "--no-requeue",
                "--dependency=" + dependency(request),
                "--job-name=" + request.jobName(),
                "--chdir=" + request.directory()));
    if (!request.excludedNodes().isEmpty()) {
      arguments.add("--exclude=" + String.join(",", request.excludedNodes()));
    }
    arguments.add(request.directory() + "/" + AttemptFiles.JOB_SCRIPT);
    return arguments;
  }

  private static String dependency(JobRequest request) {
    return request.after().map(job -> "afterany:" + job.jobId() + ",").orElse("") + "singleton";
  }

  /**
   * What became of it. An id counts, whatever else was said: sbatch complains of its own retries.
   * Without one, only a refusal that is known to come after nothing was done counts.
   */
  static Submission read(Answer answer) {
    if (answer instanceof Answer.NeverRan never) {
      return new Submission.Deferred(never.why());
    }
    if (answer instanceof Answer.Lost lost) {
      Optional<String> jobId = jobId(lost.outputSoFar());
      return jobId.isPresent()
          ? new Submission.Accepted(jobId.get())
          : new Submission.Ambiguous(lost.why());
    }
    Answer.Ended said = (Answer.Ended) answer;
    Optional<String> jobId = jobId(said.output());
    return jobId.isPresent() ? new Submission.Accepted(jobId.get()) : withoutId(said);
  }

  private static Submission withoutId(Answer.Ended said) {
    String words = said.words();
    return switch (Refusals.of(said.errors())) {
      case FOR_GOOD -> new Submission.Rejected(words);
      case FOR_NOW -> new Submission.Deferred(words);
      case OVER, NONE ->
          said.exitCode() == NOT_EVEN_ASKED && !Refusals.isTroubleOnTheWay(said.errors())
              ? new Submission.Rejected(words)
              : new Submission.Ambiguous("sbatch printed no job id: " + words);
    };
  }

  /** The one id that was printed; several contradict each other. */
  private static Optional<String> jobId(String output) {
    Set<String> ids = new TreeSet<>();
    Matcher lines = JOB_ID.matcher(output.replace("\r", ""));
    while (lines.find()) {
      ids.add(lines.group(1));
    }
    return ids.size() == 1 ? Optional.of(new ArrayList<>(ids).get(0)) : Optional.empty();
  }
}
