package org.bloomery.core.script;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bloomery.core.id.Sha256;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.Launcher;
import org.bloomery.core.spec.Resources;
import org.bloomery.core.spec.RunSpec;

/**
 * Renders the files of an attempt. Templates are strict: a name that is not given is an error, and
 * two braces quote their value for the shell.
 */
public final class ScriptRenderer {
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final Template job;
  private final Template localHeader;
  private final Template slurmHeader;
  private final Template localBody;
  private final Template slurmBody;

  public ScriptRenderer(Templates templates) {
    Mustache.Compiler strict =
        Mustache.compiler()
            .strictSections(true)
            .withLoader(name -> new StringReader(templates.text(name)));
    Mustache.Compiler shell = strict.withEscaper(ShellQuote::quote);
    Mustache.Compiler sbatch = strict.withEscaper(SbatchValue::require);
    this.job = shell.compile(templates.job());
    this.localHeader = shell.compile(templates.localHeader());
    this.slurmHeader = sbatch.compile(templates.slurmHeader());
    this.localBody = shell.compile(templates.localBody());
    this.slurmBody = shell.compile(templates.slurmBody());
  }

  /**
   * Everything that the control plane writes for the attempt, but {@code go}.
   *
   * @param run the run's whole spec, with its revisions
   */
  public AttemptFiles render(AttemptPlan plan, RunSpec run, ClusterProfile cluster) {
    RunSpec spec = run.at(plan.startIteration());
    String jobScript = job(plan, spec, cluster);
    String bodyScript = body(plan, spec, MegatronArguments.of(plan, run, cluster), cluster);
    return new AttemptFiles(
        jobScript,
        bodyScript,
        DeepSpeedConfig.of(spec),
        DataSplits.train(spec.data()),
        DataSplits.valid(spec.data()),
        Sha256.of(jobScript),
        Sha256.of(bodyScript));
  }

  /** The script that the resource manager starts. */
  String job(AttemptPlan plan, RunSpec spec, ClusterProfile cluster) {
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("header", header(plan, spec, cluster).strip());
    model.put("run", plan.run().value());
    model.put("attempt", plan.attempt());
    model.put("attemptDirectory", plan.attemptDirectory());
    model.put("saveDirectory", plan.saveDirectory());
    model.put("freeBytesNeeded", plan.freeBytesNeeded());
    model.put("goWaitSeconds", cluster.timings().goWait().toSeconds());
    model.put("killWaitSeconds", Math.max(1, cluster.timings().killWait().toSeconds()));
    model.put("timeLimitSeconds", spec.resources().timeLimit().toSeconds());
    model.put("preTimeoutSeconds", plan.preTimeout().toSeconds());
    model.put("preflightSecondsMax", spec.launcher().preflight().timeLimit().toSeconds());
    return job.execute(model);
  }

  private String header(AttemptPlan plan, RunSpec spec, ClusterProfile cluster) {
    return switch (cluster.resourceManager()) {
      case LOCAL -> localHeader.execute(Map.of());
      case SLURM -> slurmHeader.execute(SlurmDirectives.of(plan, spec, cluster));
    };
  }

  private String body(
      AttemptPlan plan, RunSpec spec, List<String> arguments, ClusterProfile cluster) {
    Launcher launcher = spec.launcher();
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("workingDirectory", launcher.workingDirectory().orElse(plan.attemptDirectory()));
    model.put("setup", launcher.setup());
    model.put("python", launcher.python().orElse("python3"));
    model.put("environment", environment(spec));
    model.put("arguments", argumentLines(arguments));
    model.put("preflight", launcher.preflight().commands());
    model.put("preflightSecondsMax", launcher.preflight().timeLimit().toSeconds());
    model.put("nodes", spec.resources().nodes());
    model.put("processes", spec.resources().gpusPerNode());
    model.put("deviceMemoryBytes", deviceMemoryBytes(spec.resources(), cluster));
    model.put("masterAddress", cluster.jobRules().masterAddress().stream().toList());
    model.put("masterPort", launcher.masterPort().stream().toList());
    model.put("srunArguments", ShellQuote.join(launcher.srunArguments()));
    model.put("saveDirectory", plan.saveDirectory());
    model.put("rankLogDirectory", plan.file(AttemptFiles.RANK_LOGS));
    model.put("preflightLog", plan.file(AttemptFiles.PREFLIGHT_LOG));
    model.put("badNodesFile", plan.file(AttemptFiles.BAD_NODES));
    model.put("script", launcher.script());
    Template body =
        switch (cluster.resourceManager()) {
          case LOCAL -> localBody;
          case SLURM -> slurmBody;
        };
    return body.execute(model);
  }

  /** Zero where nobody knows. */
  private static long deviceMemoryBytes(Resources resources, ClusterProfile cluster) {
    return cluster
        .partition(resources.partition())
        .map(partition -> partition.deviceMemoryBytes(resources.constraint()).orElse(0))
        .orElse(0L);
  }

  private static List<Map<String, String>> environment(RunSpec spec) {
    List<Map<String, String>> variables = new ArrayList<>();
    spec.launcher()
        .environment()
        .forEach(
            (name, value) -> {
              if (!VARIABLE.matcher(name).matches()) {
                throw new IllegalArgumentException("not the name of a variable: " + name);
              }
              Map<String, String> variable = new LinkedHashMap<>();
              variable.put("name", name);
              variable.put("value", value);
              variables.add(variable);
            });
    return variables;
  }

  /** One line for each flag with its values, so that two scripts can be compared line by line. */
  private static List<String> argumentLines(List<String> words) {
    List<List<String>> lines = new ArrayList<>();
    for (String word : words) {
      if (lines.isEmpty() || word.startsWith("--")) {
        lines.add(new ArrayList<>());
      }
      lines.get(lines.size() - 1).add(word);
    }
    return lines.stream().map(ShellQuote::join).collect(Collectors.toList());
  }
}
