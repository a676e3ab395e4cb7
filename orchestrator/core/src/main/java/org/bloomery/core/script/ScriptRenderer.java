package org.bloomery.core.script;

import com.samskivert.mustache.Mustache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bloomery.core.id.Sha256;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.RunSpec;

/**
 * Renders the files of an attempt. Templates are strict: a name that is not given is an error, and
 * two braces quote their value for the shell.
 */
public final class ScriptRenderer {
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** Longest time that a preflight may take on one node. */
  private static final Duration PREFLIGHT_MAX = Duration.ofMinutes(5);

  private final Templates templates;
  private final Mustache.Compiler compiler;

  public ScriptRenderer(Templates templates) {
    this.templates = templates;
    this.compiler = Mustache.compiler().withEscaper(ShellQuote::quote).strictSections(true);
  }

  /** Everything that the control plane writes for the attempt, but {@code go}. */
  public AttemptFiles render(AttemptPlan plan, RunSpec spec, ClusterProfile cluster) {
    String job = job(plan, spec.resources().timeLimit(), cluster);
    String body = body(plan, spec, cluster);
    return new AttemptFiles(
        job,
        body,
        DeepSpeedConfig.of(spec),
        DataSplits.train(spec.data()),
        DataSplits.valid(spec.data()),
        Sha256.of(job),
        Sha256.of(body));
  }

  /** The script that the resource manager starts. */
  String job(AttemptPlan plan, Duration timeLimit, ClusterProfile cluster) {
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("header", templates.header().stripTrailing());
    model.put("run", plan.run().value());
    model.put("attempt", plan.attempt());
    model.put("attemptDirectory", plan.attemptDirectory());
    model.put("saveDirectory", plan.saveDirectory());
    model.put("freeBytesNeeded", plan.freeBytesNeeded());
    model.put("goWaitSeconds", cluster.timings().goWait().toSeconds());
    model.put("killWaitSeconds", Math.max(1, cluster.timings().killWait().toSeconds()));
    model.put("timeLimitSeconds", timeLimit.toSeconds());
    model.put("preTimeoutSeconds", plan.preTimeout().toSeconds());
    model.put("preflightSecondsMax", PREFLIGHT_MAX.toSeconds());
    return compiler.compile(templates.job()).execute(model);
  }

  private String body(AttemptPlan plan, RunSpec spec, ClusterProfile cluster) {
    Map<String, Object> model = new LinkedHashMap<>();
    model.put(
        "workingDirectory", spec.launcher().workingDirectory().orElse(plan.attemptDirectory()));
    model.put("setup", spec.launcher().setup());
    model.put("python", spec.launcher().python().orElse("python3"));
    model.put("environment", environment(spec));
    model.put("arguments", argumentLines(MegatronArguments.of(plan, spec, cluster)));
    model.put("processes", spec.resources().gpusPerNode());
    model.put("rankLogDirectory", plan.file(AttemptFiles.RANK_LOGS));
    model.put("script", spec.launcher().script());
    return compiler.compile(templates.body()).execute(model);
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
