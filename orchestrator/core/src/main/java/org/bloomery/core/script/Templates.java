package org.bloomery.core.script;

/**
 * The texts that scripts are rendered from; whoever reads the disk passes them in.
 *
 * @param header what the resource manager wants to see at the top of the job's script
 * @param job the script that the resource manager starts
 * @param body the script that trains
 */
public record Templates(String header, String job, String body) {
  /** Where the templates lie on the class path. */
  public static final String RESOURCES = "/org/bloomery/templates/";

  /** The header for jobs that no scheduler starts. */
  public static final String LOCAL_HEADER = "header-local.sh.mustache";

  public static final String JOB = "job.sh.mustache";

  public static final String BODY = "body.sh.mustache";
}
