package org.bloomery.core.script;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The texts that scripts are rendered from; whoever reads the disk passes them in. */
public final class Templates {
  /** Where the templates lie on the class path. */
  public static final String RESOURCES = "/org/bloomery/templates/";

  private static final String JOB = "job.sh.mustache";
  private static final String LOCAL_HEADER = "header-local.sh.mustache";
  private static final String SLURM_HEADER = "header-slurm.sh.mustache";
  private static final String LOCAL_BODY = "body-local.sh.mustache";
  private static final String SLURM_BODY = "body-slurm.sh.mustache";

  private static final List<String> NAMES =
      List.of(
          JOB,
          LOCAL_HEADER,
          SLURM_HEADER,
          LOCAL_BODY,
          SLURM_BODY,
          // Included by the bodies.
          "body-start.sh.mustache",
          "preflight.py");

  private final SortedMap<String, String> texts = new TreeMap<>();

  private Templates() {}

  /** Reads each template once, by its file name below {@link #RESOURCES}. */
  public static Templates read(UnaryOperator<String> reader) {
    Templates templates = new Templates();
    NAMES.forEach(name -> templates.texts.put(name, reader.apply(name)));
    return templates;
  }

  /** The script that the resource manager starts. */
  String job() {
    return text(JOB);
  }

  /** What stands at the top of the job's script where nobody reads it. */
  String localHeader() {
    return text(LOCAL_HEADER);
  }

  /** What {@code sbatch} reads at the top of the job's script. */
  String slurmHeader() {
    return text(SLURM_HEADER);
  }

  /** The script that tests and trains on this machine. */
  String localBody() {
    return text(LOCAL_BODY);
  }

  /** The script that tests and trains on the nodes of a SLURM job. */
  String slurmBody() {
    return text(SLURM_BODY);
  }

  /** A template by its file name, as another one includes it. */
  String text(String name) {
    String text = texts.get(name);
    if (text == null) {
      throw new IllegalArgumentException("there is no template " + name);
    }
    return text;
  }
}
